/* Open hip sensor profile, version 1: the part of a firmware that does not depend on the chip.
 *
 * Specification: ../01-profile.md; the numbers in brackets are those of its checklist.
 * Portable C99: no allocation, no operating system, no floating-point arithmetic.
 *
 * It replies to commands, chooses settings and fills packets. The firmware around it has the
 * Bluetooth stack, the motion chip and the clock, and passes on what happens:
 *
 *     a central connects, agrees on an MTU, leaves   hip_connected, hip_mtu, hip_disconnected
 *     notifications are enabled or disabled          hip_subscribed
 *     config is read or written                      hip_read_config, hip_write_config
 *     control is written                             hip_write_control
 *     the chip has a sample, lost some, or fails     hip_sample, hip_overrun, hip_fail
 *     every few milliseconds                         hip_poll
 *
 * Nothing in it is locked: call all of it from one thread, never from an interrupt.
 */
#ifndef HIP_PROFILE_H
#define HIP_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HIP_SERVICE_UUID "3d320001-e51c-40a5-86c9-636806027ef2"
#define HIP_IMU_UUID "3d320002-e51c-40a5-86c9-636806027ef2"
#define HIP_CONFIG_UUID "3d320003-e51c-40a5-86c9-636806027ef2"
#define HIP_CONTROL_UUID "3d320004-e51c-40a5-86c9-636806027ef2"

/* The advertising packet: flags, then the complete list with the service [3.1]. */
#define HIP_ADVERTISEMENT_SIZE 21
extern const uint8_t hip_advertisement[HIP_ADVERTISEMENT_SIZE];

#define HIP_CONFIG_SIZE 20
#define HIP_SMALLEST_MTU 23
#define HIP_LARGEST_MTU 247
#define HIP_PACKET_SIZE (HIP_LARGEST_MTU - 3) /* the most that one notification holds */
#define HIP_REPLY_SIZE 11
#define HIP_REPLIES 4 /* replies that wait for room in the stack's queue */

typedef enum { HIP_IMU, HIP_CONTROL } hip_channel;

/* Results of commands. */
typedef enum {
    HIP_OK = 0,
    HIP_UNKNOWN_COMMAND = 1,
    HIP_NOT_ENABLED = 2,
    HIP_NO_CHIP = 3,
    HIP_BATTERY_LOW = 4
} hip_result;

/* ATT errors of writes. Those above 0 are what the Bluetooth stack has to answer with. */
typedef enum {
    HIP_ATT_OK = 0,
    HIP_ATT_LENGTH = 0x0D,
    HIP_ATT_RESOURCES = 0x11,
    HIP_ATT_VALUE = 0x13,
    HIP_ATT_STOP_FIRST = 0x80
} hip_att;

/* One range of a chip: ± range in g or degrees/s, and one count of 16 bits in g or degrees/s. */
typedef struct {
    uint16_t range;
    float lsb;
} hip_scale;

/* What the motion chip can do. Lists are in ascending order; `gyros` is 0 without a gyroscope. */
typedef struct {
    const uint16_t *rates_hz;
    size_t rates;
    const hip_scale *acc;
    size_t accs;
    const hip_scale *gyro;
    size_t gyros;
    uint8_t bits; /* of a sample, 8 to 16; fewer than 16 are passed left-justified [6.3] */
} hip_chip;

/* The settings in force. `gyro` is NULL if the gyroscope is not sent. */
typedef struct {
    uint16_t rate_hz;
    const hip_scale *acc;
    const hip_scale *gyro;
} hip_settings;

/* What the firmware around it does when asked. */
typedef struct {
    /* Hand a notification to the Bluetooth stack; false if its queue is full. */
    bool (*notify)(void *context, hip_channel channel, const uint8_t *data, size_t length);
    /* Wake the motion chip with these settings; HIP_OK, HIP_NO_CHIP or HIP_BATTERY_LOW. */
    hip_result (*start)(void *context, const hip_settings *settings);
    /* Put the motion chip to sleep. */
    void (*stop)(void *context);
    /* Microseconds since boot, from the crystal, all 64 bits of them [11.3]. */
    uint64_t (*now_us)(void *context);
} hip_port;

/* The state of a sensor. Its members are not for others. */
typedef struct {
    const hip_chip *chip;
    const hip_port *port;
    void *context;
    hip_settings settings;
    uint32_t boot_id;
    uint16_t sequence;
    uint16_t mtu;
    bool enabled[2];
    bool streaming;
    bool start_told;
    uint8_t replies[HIP_REPLIES][HIP_REPLY_SIZE];
    uint8_t reply_lengths[HIP_REPLIES];
    uint8_t first_reply;
    uint8_t waiting_replies;
    uint8_t packet[HIP_PACKET_SIZE];
    size_t filled;
    uint8_t wanted;
} hip_sensor;

/* Once, at boot. `boot_id` comes from the random number generator [6.5]. */
void hip_init(hip_sensor *sensor, const hip_chip *chip, const hip_port *port, void *context,
              uint32_t boot_id);

/* Links. A central starts without any notifications [4.2]; when it leaves, the stream ends [4.1]. */
void hip_connected(hip_sensor *sensor);
void hip_mtu(hip_sensor *sensor, uint16_t mtu);
void hip_disconnected(hip_sensor *sensor);
void hip_subscribed(hip_sensor *sensor, hip_channel channel, bool enabled);

/* Values. */
void hip_read_config(const hip_sensor *sensor, uint8_t value[HIP_CONFIG_SIZE]);
hip_att hip_write_config(hip_sensor *sensor, const uint8_t *data, size_t length);
hip_att hip_write_control(hip_sensor *sensor, const uint8_t *data, size_t length);

/* A sample of the chip, with the time of its data-ready edge on the clock of `now_us`. `gyro` is
 * not read if the gyroscope is not sent. Samples are dropped while nobody wants them. */
void hip_sample(hip_sensor *sensor, uint64_t time_us, const int16_t acc[3],
                const int16_t gyro[3]);

/* The chip lost samples before the next one, for example in its FIFO [11.7]. */
void hip_overrun(hip_sensor *sensor);

/* The stream ends by itself, with HIP_NO_CHIP or HIP_BATTERY_LOW [5.14]. */
void hip_fail(hip_sensor *sensor, hip_result why);

/* Try again to send replies that found no room. */
void hip_poll(hip_sensor *sensor);

bool hip_is_streaming(const hip_sensor *sensor);
const hip_settings *hip_current(const hip_sensor *sensor);

/* Arithmetic that is easily got wrong. */

/* A count for a value that may be beyond the range of 16 bits: its end, never a wrap [9.2]. */
int16_t hip_clamped(int32_t value);
/* A right-justified sample of fewer than 16 bits, moved to the left. */
int16_t hip_left_justified(int16_t value, uint8_t bits);
/* Microseconds from ticks of a crystal; 64 bits of ticks, so that nothing wraps on the way. */
uint64_t hip_us_from_ticks(uint64_t ticks, uint32_t ticks_per_s);
/* The time of the oldest of `count` samples in a FIFO, of which the newest was ready at `newest_us`. */
uint64_t hip_oldest_us(uint64_t newest_us, uint32_t count, uint16_t rate_hz);

#ifdef __cplusplus
}
#endif

#endif
