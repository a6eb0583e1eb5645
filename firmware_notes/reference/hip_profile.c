/* Open hip sensor profile, version 1. See hip_profile.h. */
#include "hip_profile.h"

#include <string.h>

#define VERSION 1
#define GYRO_FLAG 0x01
#define SATURATED_FLAG 0x02

#define START 0x01
#define STOP 0x02
#define TIME 0x03
#define REPLY_BIT 0x80

#define REQUEST_SIZE 8
#define HEADER_SIZE 8
#define ATT_OVERHEAD 3
#define PACKETS_PER_S 20 /* at least: a rep has to be on the screen 0.1 s after its lockout [10.1] */

/* The defaults that the note recommends, as a request [7.7]. */
#define DEFAULT_RATE_HZ 100
#define DEFAULT_ACC_RANGE_G 8
#define DEFAULT_GYRO_RANGE_DPS 1000

const uint8_t hip_advertisement[HIP_ADVERTISEMENT_SIZE] = {
    2,    0x01, 0x06, /* flags: general discoverable, no BR/EDR */
    17,   0x07,       /* complete list of 128-bit service UUIDs, the lowest byte first */
    0xf2, 0x7e, 0x02, 0x06, 0x68, 0x63, 0xc9, 0x86,
    0xa5, 0x40, 0x1c, 0xe5, 0x01, 0x00, 0x32, 0x3d,
};

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value & 0xff);
    at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, (uint16_t)(value & 0xffff));
    put16(at + 2, (uint16_t)(value >> 16));
}

static void put64(uint8_t *at, uint64_t value)
{
    put32(at, (uint32_t)(value & 0xffffffff));
    put32(at + 4, (uint32_t)(value >> 32));
}

static void put_float(uint8_t *at, float value)
{
    /* An array of negative size where a float is not the 32 bits of IEEE 754 that are sent. */
    char float_has_32_bits[sizeof(float) == sizeof(uint32_t) ? 1 : -1];
    uint32_t bits;
    (void)float_has_32_bits;
    memcpy(&bits, &value, sizeof bits);
    put32(at, bits);
}

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] | (uint16_t)(at[1] << 8));
}

/* ---- settings ---- */

static uint16_t nearest_rate(const hip_chip *chip, uint16_t wanted)
{
    size_t at = 0;
    while (at + 1 < chip->rates && chip->rates_hz[at] < wanted) {
        at++;
    }
    return chip->rates_hz[at];
}

static const hip_scale *nearest_scale(const hip_scale *scales, size_t count, uint16_t wanted)
{
    size_t at = 0;
    while (at + 1 < count && scales[at].range < wanted) {
        at++;
    }
    return &scales[at];
}

static void select_settings(hip_sensor *sensor, bool gyro, uint16_t rate_hz, uint16_t acc_range,
                            uint16_t gyro_range)
{
    const hip_chip *chip = sensor->chip;
    sensor->settings.rate_hz = nearest_rate(chip, rate_hz);
    sensor->settings.acc = nearest_scale(chip->acc, chip->accs, acc_range);
    sensor->settings.gyro = NULL;
    if (gyro && chip->gyros > 0) {
        sensor->settings.gyro = nearest_scale(chip->gyro, chip->gyros, gyro_range);
    }
}

void hip_init(hip_sensor *sensor, const hip_chip *chip, const hip_port *port, void *context,
              uint32_t boot_id)
{
    memset(sensor, 0, sizeof *sensor);
    sensor->chip = chip;
    sensor->port = port;
    sensor->context = context;
    sensor->boot_id = boot_id;
    sensor->mtu = HIP_SMALLEST_MTU;
    select_settings(sensor, true, DEFAULT_RATE_HZ, DEFAULT_ACC_RANGE_G, DEFAULT_GYRO_RANGE_DPS);
}

void hip_read_config(const hip_sensor *sensor, uint8_t value[HIP_CONFIG_SIZE])
{
    const hip_settings *settings = &sensor->settings;
    const hip_scale *gyro = settings->gyro;
    value[0] = VERSION;
    value[1] = gyro == NULL ? 0 : GYRO_FLAG;
    put16(value + 2, settings->rate_hz);
    put16(value + 4, settings->acc->range);
    put16(value + 6, gyro == NULL ? 0 : gyro->range);
    put_float(value + 8, settings->acc->lsb);
    put_float(value + 12, gyro == NULL ? 0.0f : gyro->lsb);
    put32(value + 16, sensor->boot_id);
}

hip_att hip_write_config(hip_sensor *sensor, const uint8_t *data, size_t length)
{
    uint16_t rate_hz, acc_range;
    if (length < REQUEST_SIZE) {
        return HIP_ATT_LENGTH; /* [7.4] */
    }
    rate_hz = get16(data + 2);
    acc_range = get16(data + 4);
    if (data[0] != VERSION || rate_hz == 0 || acc_range == 0) {
        return HIP_ATT_VALUE; /* [7.5] */
    }
    if (sensor->streaming) {
        return HIP_ATT_STOP_FIRST; /* [7.6] */
    }
    select_settings(sensor, (data[1] & GYRO_FLAG) != 0, rate_hz, acc_range, get16(data + 6));
    return HIP_ATT_OK;
}

/* ---- commands and their replies ---- */

static bool has_room_for_reply(const hip_sensor *sensor)
{
    return sensor->waiting_replies < HIP_REPLIES;
}

static void queue_reply(hip_sensor *sensor, uint8_t command, hip_result result,
                        const uint64_t *time_us)
{
    size_t at = (size_t)(sensor->first_reply + sensor->waiting_replies) % HIP_REPLIES;
    uint8_t *reply = sensor->replies[at];
    if (!sensor->enabled[HIP_CONTROL] || !has_room_for_reply(sensor)) {
        return;
    }
    reply[0] = (uint8_t)(command | REPLY_BIT);
    reply[1] = (uint8_t)result;
    reply[2] = sensor->streaming ? 1 : 0;
    sensor->reply_lengths[at] = 3;
    if (time_us != NULL) {
        put64(reply + 3, *time_us);
        sensor->reply_lengths[at] = HIP_REPLY_SIZE;
    }
    sensor->waiting_replies++;
}

void hip_poll(hip_sensor *sensor)
{
    while (sensor->waiting_replies > 0) {
        size_t at = sensor->first_reply;
        if (!sensor->port->notify(sensor->context, HIP_CONTROL, sensor->replies[at],
                                  sensor->reply_lengths[at])) {
            return;
        }
        sensor->first_reply = (uint8_t)((at + 1) % HIP_REPLIES);
        sensor->waiting_replies--;
    }
    sensor->start_told = sensor->streaming; /* packets only follow the reply to start [5.6] */
}

/* End the stream; samples of an unfinished packet are dropped with their number unused [5.12]. */
static void halt(hip_sensor *sensor)
{
    if (sensor->streaming) {
        sensor->port->stop(sensor->context);
    }
    sensor->streaming = false;
    sensor->start_told = false;
    sensor->filled = 0;
}

static hip_result start(hip_sensor *sensor)
{
    hip_result result;
    if (sensor->streaming) {
        return HIP_OK; /* nothing to do [5.3] */
    }
    if (!sensor->enabled[HIP_IMU]) {
        return HIP_NOT_ENABLED; /* [5.5] */
    }
    result = sensor->port->start(sensor->context, &sensor->settings);
    sensor->streaming = result == HIP_OK;
    return result;
}

hip_att hip_write_control(hip_sensor *sensor, const uint8_t *data, size_t length)
{
    uint64_t now_us = sensor->port->now_us(sensor->context);
    if (length < 1) {
        return HIP_ATT_LENGTH; /* [5.9] */
    }
    if (!has_room_for_reply(sensor)) {
        return HIP_ATT_RESOURCES;
    }
    switch (data[0]) {
    case START:
        queue_reply(sensor, START, start(sensor), NULL);
        break;
    case STOP:
        halt(sensor);
        queue_reply(sensor, STOP, HIP_OK, NULL);
        break;
    case TIME:
        queue_reply(sensor, TIME, HIP_OK, &now_us);
        break;
    default:
        queue_reply(sensor, data[0], HIP_UNKNOWN_COMMAND, NULL);
    }
    hip_poll(sensor);
    return HIP_ATT_OK;
}

void hip_fail(hip_sensor *sensor, hip_result why)
{
    if (!sensor->streaming) {
        return;
    }
    halt(sensor);
    queue_reply(sensor, STOP, why, NULL);
    hip_poll(sensor);
}

/* ---- links ---- */

void hip_connected(hip_sensor *sensor)
{
    halt(sensor);
    sensor->mtu = HIP_SMALLEST_MTU;
    sensor->enabled[HIP_IMU] = false;
    sensor->enabled[HIP_CONTROL] = false;
    sensor->waiting_replies = 0;
}

void hip_mtu(hip_sensor *sensor, uint16_t mtu)
{
    /* A packet that was begun keeps its size: an MTU never shrinks. */
    if (mtu >= HIP_SMALLEST_MTU) {
        sensor->mtu = mtu < HIP_LARGEST_MTU ? mtu : HIP_LARGEST_MTU;
    }
}

void hip_disconnected(hip_sensor *sensor)
{
    hip_connected(sensor);
}

void hip_subscribed(hip_sensor *sensor, hip_channel channel, bool enabled)
{
    sensor->enabled[channel] = enabled;
    if (channel == HIP_CONTROL && !enabled) {
        sensor->waiting_replies = 0;
    }
    if (channel == HIP_IMU && !enabled) {
        hip_fail(sensor, HIP_NOT_ENABLED); /* [5.11] */
    }
    hip_poll(sensor);
}

/* ---- packets ---- */

static size_t sample_size(const hip_sensor *sensor)
{
    return sensor->settings.gyro == NULL ? 6 : 12;
}

/* How many samples the next packet holds: what fits, and at most a twentieth of a second. */
static uint8_t samples_per_packet(const hip_sensor *sensor)
{
    size_t fits = (sensor->mtu - ATT_OVERHEAD - (size_t)HEADER_SIZE) / sample_size(sensor);
    size_t timely = sensor->settings.rate_hz / PACKETS_PER_S;
    size_t count = fits < timely ? fits : timely;
    return (uint8_t)(count > 0 ? count : 1);
}

/* Hand the packet to the stack; if there is no room, its number is missing from the stream [11.2]. */
static void send_packet(hip_sensor *sensor)
{
    put16(sensor->packet + 2, sensor->sequence);
    sensor->sequence++;
    (void)sensor->port->notify(sensor->context, HIP_IMU, sensor->packet, sensor->filled);
    sensor->filled = 0;
}

static void begin_packet(hip_sensor *sensor, uint64_t time_us)
{
    sensor->packet[0] = VERSION << 4;
    if (sensor->settings.gyro != NULL) {
        sensor->packet[0] |= GYRO_FLAG;
    }
    sensor->packet[1] = 0;
    put32(sensor->packet + 4, (uint32_t)(time_us & 0xffffffff));
    sensor->filled = HEADER_SIZE;
    sensor->wanted = samples_per_packet(sensor);
}

static void add_vector(hip_sensor *sensor, const int16_t counts[3])
{
    /* The largest sample after the shift to the left: 7FF0 with 12 bits. */
    int32_t top = 32768 - (1 << (16 - sensor->chip->bits));
    int axis;
    for (axis = 0; axis < 3; axis++) {
        put16(sensor->packet + sensor->filled, (uint16_t)counts[axis]);
        sensor->filled += 2;
        if (counts[axis] >= top || counts[axis] == -32768) {
            sensor->packet[0] |= SATURATED_FLAG; /* [8.4] */
        }
    }
}

void hip_sample(hip_sensor *sensor, uint64_t time_us, const int16_t acc[3], const int16_t gyro[3])
{
    hip_poll(sensor);
    if (!sensor->start_told) {
        return;
    }
    if (sensor->filled == 0) {
        begin_packet(sensor, time_us);
    }
    add_vector(sensor, acc);
    if (sensor->settings.gyro != NULL) {
        add_vector(sensor, gyro);
    }
    sensor->packet[1]++;
    if (sensor->packet[1] == sensor->wanted) {
        send_packet(sensor);
    }
}

void hip_overrun(hip_sensor *sensor)
{
    if (!sensor->start_told) {
        return;
    }
    if (sensor->filled > 0) {
        send_packet(sensor);
    }
    sensor->sequence++;
}

bool hip_is_streaming(const hip_sensor *sensor)
{
    return sensor->streaming;
}

const hip_settings *hip_current(const hip_sensor *sensor)
{
    return &sensor->settings;
}

/* ---- arithmetic ---- */

int16_t hip_clamped(int32_t value)
{
    if (value > 32767) {
        return 32767;
    }
    return (int16_t)(value < -32768 ? -32768 : value);
}

int16_t hip_left_justified(int16_t value, uint8_t bits)
{
    /* Multiplied, because C99 does not define the shift of a negative number. */
    return hip_clamped((int32_t)value * (1 << (16 - bits)));
}

uint64_t hip_us_from_ticks(uint64_t ticks, uint32_t ticks_per_s)
{
    uint64_t seconds = ticks / ticks_per_s;
    return seconds * 1000000u + (ticks % ticks_per_s) * 1000000u / ticks_per_s;
}

uint64_t hip_oldest_us(uint64_t newest_us, uint32_t count, uint16_t rate_hz)
{
    uint64_t age_us = count == 0 ? 0 : (uint64_t)(count - 1) * 1000000u / rate_hz;
    return newest_us - age_us;
}
