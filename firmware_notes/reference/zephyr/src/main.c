/* Open hip sensor profile with Zephyr, on a Seeed XIAO nRF52840 Sense.
 *
 * NOBODY HAS RUN THIS ON A BOARD YET. It is compiled against stubs of Zephyr's headers in the tests
 * of the tracker, and the part that fills packets (hip_profile.c) is tested; the rest follows the
 * documentation of Zephyr 4. ../README.md says more.
 */
#include <stdio.h>
#include <string.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/kernel.h>
#include <zephyr/random/random.h>

#include "hip_profile.h"
#include "lsm6ds3.h"

/* 1 sends the recorded set in hip_set.h instead of what the chip measures. */
#ifndef PLAYBACK
#define PLAYBACK 0
#endif
#if PLAYBACK
#include "hip_set.h"
#endif

#define CHIP_NODE DT_NODELABEL(lsm6ds3tr_c)
#define ADVERTISING_UNITS 160 /* of 0.625 ms: 100 ms */
#define QUEUED 24             /* packets and replies: a second and a few [4.5] */
#define WAIT_MS 5
#define NAME_SIZE 16

struct message {
	hip_channel channel;
	uint16_t length;
	uint8_t data[HIP_PACKET_SIZE];
};

/* What leaves is queued, so that no lock is held while the stack waits for a buffer. */
K_MSGQ_DEFINE(outgoing, sizeof(struct message), QUEUED, 4);
/* Times of data-ready edges, in ticks. */
K_MSGQ_DEFINE(edges, sizeof(int64_t), 8, 8);
K_MUTEX_DEFINE(lock);

static const struct i2c_dt_spec bus = I2C_DT_SPEC_GET(CHIP_NODE);
static const struct gpio_dt_spec ready_pin = GPIO_DT_SPEC_GET(CHIP_NODE, irq_gpios);
static struct gpio_callback ready_callback;

static hip_sensor sensor;
static struct bt_conn *central;
static bool running;
static uint64_t settled_us;

static uint64_t us_of(int64_t ticks)
{
	return hip_us_from_ticks((uint64_t)ticks, CONFIG_SYS_CLOCK_TICKS_PER_SEC);
}

/* ---- the chip ---- */

static void on_data_ready(const struct device *port, struct gpio_callback *callback,
			  uint32_t pins)
{
	int64_t now = k_uptime_ticks();

	ARG_UNUSED(port);
	ARG_UNUSED(callback);
	ARG_UNUSED(pins);
	(void)k_msgq_put(&edges, &now, K_NO_WAIT);
}

static bool set_register(uint8_t number, uint8_t value)
{
	return i2c_reg_write_byte_dt(&bus, number, value) == 0;
}

static hip_result start_chip(void *context, const hip_settings *settings)
{
	uint8_t who = 0;

	ARG_UNUSED(context);
	if (i2c_reg_read_byte_dt(&bus, LSM6DS3_WHO_AM_I, &who) != 0 || who != LSM6DS3_TR_C) {
		return HIP_NO_CHIP;
	}
	k_msgq_purge(&edges);
	if (!set_register(LSM6DS3_CTRL3_C, LSM6DS3_BLOCK_AND_INCREMENT) ||
	    !set_register(LSM6DS3_CTRL1_XL, lsm6ds3_ctrl1_xl(settings)) ||
	    !set_register(LSM6DS3_CTRL2_G, lsm6ds3_ctrl2_g(settings)) ||
	    !set_register(LSM6DS3_INT1_CTRL, lsm6ds3_int1_ctrl(settings))) {
		return HIP_NO_CHIP;
	}
	settled_us = us_of(k_uptime_ticks()) + LSM6DS3_SETTLING_US;
	running = true;
	return HIP_OK;
}

static void stop_chip(void *context)
{
	ARG_UNUSED(context);
	running = false;
	(void)set_register(LSM6DS3_INT1_CTRL, 0);
	(void)set_register(LSM6DS3_CTRL1_XL, 0);
	(void)set_register(LSM6DS3_CTRL2_G, 0);
}

static uint64_t now_us(void *context)
{
	ARG_UNUSED(context);
	return us_of(k_uptime_ticks());
}

static bool notify(void *context, hip_channel channel, const uint8_t *data, size_t length)
{
	struct message message = {.channel = channel, .length = (uint16_t)length};

	ARG_UNUSED(context);
	memcpy(message.data, data, length);
	return k_msgq_put(&outgoing, &message, K_NO_WAIT) == 0;
}

static const hip_port port = {notify, start_chip, stop_chip, now_us};

/* ---- the GATT table ---- */

#define HIP_UUID(part)                                                                            \
	BT_UUID_DECLARE_128(BT_UUID_128_ENCODE(0x3d320000 + (part), 0xe51c, 0x40a5, 0x86c9,      \
					       0x636806027ef2))

static void imu_enabled(const struct bt_gatt_attr *attr, uint16_t value)
{
	ARG_UNUSED(attr);
	k_mutex_lock(&lock, K_FOREVER);
	hip_subscribed(&sensor, HIP_IMU, value == BT_GATT_CCC_NOTIFY);
	k_mutex_unlock(&lock);
}

static void control_enabled(const struct bt_gatt_attr *attr, uint16_t value)
{
	ARG_UNUSED(attr);
	k_mutex_lock(&lock, K_FOREVER);
	hip_subscribed(&sensor, HIP_CONTROL, value == BT_GATT_CCC_NOTIFY);
	k_mutex_unlock(&lock);
}

static ssize_t read_config(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buffer,
			   uint16_t length, uint16_t offset)
{
	uint8_t value[HIP_CONFIG_SIZE];

	k_mutex_lock(&lock, K_FOREVER);
	hip_read_config(&sensor, value);
	k_mutex_unlock(&lock);
	return bt_gatt_attr_read(conn, attr, buffer, length, offset, value, sizeof(value));
}

static ssize_t write_config(struct bt_conn *conn, const struct bt_gatt_attr *attr,
			    const void *buffer, uint16_t length, uint16_t offset, uint8_t flags)
{
	hip_att error;

	ARG_UNUSED(conn);
	ARG_UNUSED(attr);
	ARG_UNUSED(flags);
	if (offset != 0) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_OFFSET);
	}
	k_mutex_lock(&lock, K_FOREVER);
	error = hip_write_config(&sensor, buffer, length);
	k_mutex_unlock(&lock);
	return error == HIP_ATT_OK ? (ssize_t)length : BT_GATT_ERR(error);
}

static ssize_t write_control(struct bt_conn *conn, const struct bt_gatt_attr *attr,
			     const void *buffer, uint16_t length, uint16_t offset, uint8_t flags)
{
	hip_att error;

	ARG_UNUSED(conn);
	ARG_UNUSED(attr);
	ARG_UNUSED(flags);
	if (offset != 0) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_OFFSET);
	}
	k_mutex_lock(&lock, K_FOREVER);
	error = hip_write_control(&sensor, buffer, length);
	k_mutex_unlock(&lock);
	return error == HIP_ATT_OK ? (ssize_t)length : BT_GATT_ERR(error);
}

/* Attributes: 0 service, 1 and 2 imu, 3 its CCC, 4 and 5 config, 6 and 7 control, 8 its CCC. */
#define IMU_VALUE 2
#define CONTROL_VALUE 7
BT_GATT_SERVICE_DEFINE(hip_service, BT_GATT_PRIMARY_SERVICE(HIP_UUID(1)),
	BT_GATT_CHARACTERISTIC(HIP_UUID(2), BT_GATT_CHRC_NOTIFY, BT_GATT_PERM_NONE, NULL, NULL,
			       NULL),
	BT_GATT_CCC(imu_enabled, BT_GATT_PERM_READ | BT_GATT_PERM_WRITE),
	BT_GATT_CHARACTERISTIC(HIP_UUID(3), BT_GATT_CHRC_READ | BT_GATT_CHRC_WRITE,
			       BT_GATT_PERM_READ | BT_GATT_PERM_WRITE, read_config, write_config,
			       NULL),
	BT_GATT_CHARACTERISTIC(HIP_UUID(4), BT_GATT_CHRC_WRITE | BT_GATT_CHRC_NOTIFY,
			       BT_GATT_PERM_WRITE, NULL, write_control, NULL),
	BT_GATT_CCC(control_enabled, BT_GATT_PERM_READ | BT_GATT_PERM_WRITE));

/* ---- connections ---- */

static char name[NAME_SIZE];

static void advertise(struct k_work *work)
{
	const struct bt_data advertisement[] = {
		BT_DATA_BYTES(BT_DATA_FLAGS, BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR),
		BT_DATA(BT_DATA_UUID128_ALL, hip_advertisement + 5, 16),
	};
	const struct bt_data response[] = {
		BT_DATA(BT_DATA_NAME_COMPLETE, name, strlen(name)),
	};

	ARG_UNUSED(work);
	(void)bt_le_adv_start(BT_LE_ADV_PARAM(BT_LE_ADV_OPT_CONN, ADVERTISING_UNITS,
					      ADVERTISING_UNITS, NULL),
			      advertisement, ARRAY_SIZE(advertisement), response,
			      ARRAY_SIZE(response));
}

static K_WORK_DEFINE(advertising, advertise);

static void connected(struct bt_conn *conn, uint8_t error)
{
	if (error != 0) {
		return;
	}
	k_mutex_lock(&lock, K_FOREVER);
	central = bt_conn_ref(conn);
	hip_connected(&sensor);
	hip_mtu(&sensor, bt_gatt_get_mtu(conn));
	k_mutex_unlock(&lock);
}

static void disconnected(struct bt_conn *conn, uint8_t reason)
{
	ARG_UNUSED(conn);
	ARG_UNUSED(reason);
	k_mutex_lock(&lock, K_FOREVER);
	hip_disconnected(&sensor);
	if (central != NULL) {
		bt_conn_unref(central);
		central = NULL;
	}
	k_msgq_purge(&outgoing);
	k_mutex_unlock(&lock);
}

/* The connection's memory is free again, so that another one can be advertised for; later, because
 * nothing of Bluetooth may be called from here. */
static void recycled(void)
{
	k_work_submit(&advertising);
}

BT_CONN_CB_DEFINE(connection_callbacks) = {
	.connected = connected,
	.disconnected = disconnected,
	.recycled = recycled,
};

static void mtu_updated(struct bt_conn *conn, uint16_t tx, uint16_t rx)
{
	ARG_UNUSED(tx);
	ARG_UNUSED(rx);
	k_mutex_lock(&lock, K_FOREVER);
	hip_mtu(&sensor, bt_gatt_get_mtu(conn));
	k_mutex_unlock(&lock);
}

static struct bt_gatt_cb gatt_callbacks = {.att_mtu_updated = mtu_updated};

/* ---- threads ---- */

static void send_all(void *first, void *second, void *third)
{
	struct message message;

	ARG_UNUSED(first);
	ARG_UNUSED(second);
	ARG_UNUSED(third);
	while (k_msgq_get(&outgoing, &message, K_FOREVER) == 0) {
		size_t value = message.channel == HIP_IMU ? IMU_VALUE : CONTROL_VALUE;
		struct bt_conn *conn = NULL;

		k_mutex_lock(&lock, K_FOREVER);
		if (central != NULL) {
			conn = bt_conn_ref(central);
		}
		k_mutex_unlock(&lock);
		if (conn != NULL) {
			(void)bt_gatt_notify(conn, &hip_service.attrs[value], message.data,
					     message.length);
			bt_conn_unref(conn);
		}
	}
}

K_THREAD_DEFINE(sender, 1024, send_all, NULL, NULL, NULL, 7, 0, 0);

#if PLAYBACK
static void measure(void)
{
	static size_t played;
	static uint64_t next_us;

	k_msleep(1);
	k_mutex_lock(&lock, K_FOREVER);
	if (!running || next_us < settled_us) {
		next_us = settled_us;
		played = 0;
	}
	while (running && now_us(NULL) >= next_us) {
		hip_sample(&sensor, next_us, hip_set[played], hip_set[played] + 3);
		played = (played + 1) % HIP_SET_SAMPLES;
		next_us += 1000000u / hip_current(&sensor)->rate_hz;
	}
	hip_poll(&sensor);
	k_mutex_unlock(&lock);
}
#else
static void measure(void)
{
	uint8_t data[LSM6DS3_SAMPLE_SIZE];
	int16_t acc[3], gyro[3];
	int64_t edge, newer;
	bool came = k_msgq_get(&edges, &edge, K_MSEC(WAIT_MS)) == 0;
	bool lost = false;
	bool read = false;

	/* The registers hold the newest sample alone. */
	while (came && k_msgq_get(&edges, &newer, K_NO_WAIT) == 0) {
		edge = newer;
		lost = true;
	}
	if (came) {
		read = i2c_burst_read_dt(&bus, LSM6DS3_OUTX_L_G, data, sizeof(data)) == 0;
	}
	k_mutex_lock(&lock, K_FOREVER);
	if (came && !read) {
		hip_fail(&sensor, HIP_NO_CHIP);
	} else if (came && running && us_of(edge) >= settled_us) {
		if (lost) {
			hip_overrun(&sensor);
		}
		lsm6ds3_unpack(data, acc, gyro);
		hip_sample(&sensor, us_of(edge), acc, gyro);
	}
	hip_poll(&sensor);
	k_mutex_unlock(&lock);
}
#endif

int main(void)
{
	bt_addr_le_t address;
	size_t count = 1;

	hip_init(&sensor, &lsm6ds3_chip, &port, NULL, sys_rand32_get());
	(void)gpio_pin_configure_dt(&ready_pin, GPIO_INPUT);
	gpio_init_callback(&ready_callback, on_data_ready, BIT(ready_pin.pin));
	(void)gpio_add_callback(ready_pin.port, &ready_callback);
	(void)gpio_pin_interrupt_configure_dt(&ready_pin, GPIO_INT_EDGE_TO_ACTIVE);

	if (bt_enable(NULL) != 0) {
		return 1;
	}
	bt_gatt_cb_register(&gatt_callbacks);
	bt_id_get(&address, &count);
	(void)snprintf(name, sizeof(name), "HipXIAO %02X%02X", address.a.val[1],
		       address.a.val[0]);
	(void)bt_set_name(name);
	k_work_submit(&advertising);
	for (;;) {
		measure();
	}
}
