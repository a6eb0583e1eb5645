/* As much of Zephyr's GATT server as the sample names; tables become plain arrays. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <zephyr/bluetooth/uuid.h>

struct bt_conn;
struct bt_gatt_attr;
typedef ssize_t (*bt_gatt_attr_read_func_t)(struct bt_conn *conn, const struct bt_gatt_attr *attr,
					    void *buf, uint16_t len, uint16_t offset);
typedef ssize_t (*bt_gatt_attr_write_func_t)(struct bt_conn *conn, const struct bt_gatt_attr *attr,
					     const void *buf, uint16_t len, uint16_t offset,
					     uint8_t flags);
typedef void (*bt_gatt_ccc_changed_t)(const struct bt_gatt_attr *attr, uint16_t value);
struct bt_gatt_attr {
	const struct bt_uuid *uuid;
	bt_gatt_attr_read_func_t read;
	bt_gatt_attr_write_func_t write;
	bt_gatt_ccc_changed_t changed;
	uint16_t perm;
	uint8_t properties;
};
struct bt_gatt_service_static { const struct bt_gatt_attr *attrs; size_t attr_count; };

#define BT_GATT_PRIMARY_SERVICE(service) {.uuid = service}
#define BT_GATT_CHARACTERISTIC(id, props, permissions, reader, writer, user)                       \
	{.uuid = NULL},                                                                            \
	{.uuid = id, .properties = props, .perm = permissions, .read = reader, .write = writer}
#define BT_GATT_CCC(handler, permissions) {.changed = handler, .perm = permissions}
#define BT_GATT_SERVICE_DEFINE(name, ...)                                                          \
	const struct bt_gatt_attr name##_attrs[] = {__VA_ARGS__};                                  \
	const struct bt_gatt_service_static name = {name##_attrs,                                  \
						    sizeof(name##_attrs) / sizeof(name##_attrs[0])}
#define BT_GATT_CHRC_READ 0x02
#define BT_GATT_CHRC_WRITE 0x08
#define BT_GATT_CHRC_NOTIFY 0x10
#define BT_GATT_PERM_NONE 0
#define BT_GATT_PERM_READ 1
#define BT_GATT_PERM_WRITE 2
#define BT_GATT_CCC_NOTIFY 1
#define BT_ATT_ERR_INVALID_OFFSET 0x07
#define BT_GATT_ERR(code) (-(code))

struct bt_gatt_cb {
	void (*att_mtu_updated)(struct bt_conn *conn, uint16_t tx, uint16_t rx);
};
void bt_gatt_cb_register(struct bt_gatt_cb *callbacks);
uint16_t bt_gatt_get_mtu(struct bt_conn *conn);
int bt_gatt_notify(struct bt_conn *conn, const struct bt_gatt_attr *attr, const void *data,
		   uint16_t len);
ssize_t bt_gatt_attr_read(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buf,
			  uint16_t buf_len, uint16_t offset, const void *value, uint16_t value_len);
