/* The reference implementation as a process: a line on stdin is what happens to the sensor, the
 * lines on stdout are what it does, and a dot ends them. The tests play chip, clock and radio.
 *
 *     bench BITS BOOT_ID RATES ACC GYRO      such as 16 1234 25,50,100 2:6.1e-05,4:1.22e-04 -
 */
#include "hip_profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 16
#define LINE 2048

static uint64_t now_us;
static long refusals; /* notifications to come that find no room */
static hip_result start_result = HIP_OK;

static void print_hex(const uint8_t *data, size_t length)
{
    size_t at;
    for (at = 0; at < length; at++) {
        printf("%02x", data[at]);
    }
    putchar('\n');
}

static bool notify(void *context, hip_channel channel, const uint8_t *data, size_t length)
{
    (void)context;
    if (refusals > 0) {
        refusals--;
        return false;
    }
    printf("%s ", channel == HIP_IMU ? "imu" : "control");
    print_hex(data, length);
    return true;
}

static hip_result start_chip(void *context, const hip_settings *settings)
{
    (void)context;
    printf("start %u %u %u\n", settings->rate_hz, settings->acc->range,
           settings->gyro == NULL ? 0 : settings->gyro->range);
    return start_result;
}

static void stop_chip(void *context)
{
    (void)context;
    puts("stop");
}

static uint64_t read_clock(void *context)
{
    (void)context;
    return now_us;
}

static size_t parse_rates(char *text, uint16_t *rates)
{
    size_t count = 0;
    char *part;
    for (part = strtok(text, ","); part != NULL && count < MOST; part = strtok(NULL, ",")) {
        rates[count++] = (uint16_t)strtoul(part, NULL, 10);
    }
    return count;
}

static size_t parse_scales(char *text, hip_scale *scales)
{
    size_t count = 0;
    char *part;
    if (strcmp(text, "-") == 0) {
        return 0;
    }
    for (part = strtok(text, ","); part != NULL && count < MOST; part = strtok(NULL, ",")) {
        char *lsb;
        scales[count].range = (uint16_t)strtoul(part, &lsb, 10);
        scales[count++].lsb = strtof(lsb + 1, NULL);
    }
    return count;
}

/* Bytes of exactly the length written, so that the sanitizer sees a read beyond them. */
static uint8_t *parse_hex(const char *text, size_t *length)
{
    size_t at;
    uint8_t *data;
    *length = strspn(text, "0123456789abcdef") / 2;
    data = malloc(*length > 0 ? *length : 1);
    for (at = 0; at < *length; at++) {
        unsigned value;
        sscanf(text + 2 * at, "%2x", &value);
        data[at] = (uint8_t)value;
    }
    return data;
}

static void sample(hip_sensor *sensor, const char *text)
{
    int16_t acc[3], gyro[3];
    uint64_t time_us;
    if (sscanf(text, "%" SCNu64 " %hd %hd %hd %hd %hd %hd", &time_us, &acc[0], &acc[1], &acc[2],
               &gyro[0], &gyro[1], &gyro[2]) == 7) {
        hip_sample(sensor, time_us, acc, gyro);
    }
}

static void obey(hip_sensor *sensor, const char *name, const char *rest)
{
    uint8_t config[HIP_CONFIG_SIZE];
    uint8_t *data;
    size_t length;
    if (strcmp(name, "connect") == 0) {
        hip_connected(sensor);
    } else if (strcmp(name, "mtu") == 0) {
        hip_mtu(sensor, (uint16_t)atoi(rest));
    } else if (strcmp(name, "disconnect") == 0) {
        hip_disconnected(sensor);
    } else if (strcmp(name, "imu") == 0) {
        hip_subscribed(sensor, HIP_IMU, atoi(rest) != 0);
    } else if (strcmp(name, "control") == 0) {
        hip_subscribed(sensor, HIP_CONTROL, atoi(rest) != 0);
    } else if (strcmp(name, "read") == 0) {
        hip_read_config(sensor, config);
        print_hex(config, sizeof config);
    } else if (strcmp(name, "request") == 0) {
        data = parse_hex(rest, &length);
        printf("att %d\n", hip_write_config(sensor, data, length));
        free(data);
    } else if (strcmp(name, "command") == 0) {
        data = parse_hex(rest, &length);
        printf("att %d\n", hip_write_control(sensor, data, length));
        free(data);
    } else if (strcmp(name, "sample") == 0) {
        sample(sensor, rest);
    } else if (strcmp(name, "overrun") == 0) {
        hip_overrun(sensor);
    } else if (strcmp(name, "fail") == 0) {
        hip_fail(sensor, (hip_result)atoi(rest));
    } else if (strcmp(name, "poll") == 0) {
        hip_poll(sensor);
    } else if (strcmp(name, "full") == 0) {
        refusals = atol(rest);
    } else if (strcmp(name, "starts") == 0) {
        start_result = (hip_result)atoi(rest);
    } else if (strcmp(name, "now") == 0) {
        now_us = strtoull(rest, NULL, 10);
    } else if (strcmp(name, "streaming") == 0) {
        printf("%d\n", hip_is_streaming(sensor));
    } else if (strcmp(name, "shift") == 0) {
        int value = 0, bits = 0;
        sscanf(rest, "%d %d", &value, &bits);
        printf("%d\n", hip_left_justified((int16_t)value, (uint8_t)bits));
    } else if (strcmp(name, "clamp") == 0) {
        printf("%d\n", hip_clamped((int32_t)atol(rest)));
    } else if (strcmp(name, "ticks") == 0) {
        uint64_t ticks = 0;
        uint32_t hz = 1;
        sscanf(rest, "%" SCNu64 " %" SCNu32, &ticks, &hz);
        printf("%" PRIu64 "\n", hip_us_from_ticks(ticks, hz));
    } else if (strcmp(name, "oldest") == 0) {
        uint64_t newest = 0;
        uint32_t count = 0;
        uint16_t hz = 1;
        sscanf(rest, "%" SCNu64 " %" SCNu32 " %" SCNu16, &newest, &count, &hz);
        printf("%" PRIu64 "\n", hip_oldest_us(newest, count, hz));
    } else if (strcmp(name, "advertisement") == 0) {
        print_hex(hip_advertisement, HIP_ADVERTISEMENT_SIZE);
    } else if (strcmp(name, "uuids") == 0) {
        puts(HIP_SERVICE_UUID " " HIP_IMU_UUID " " HIP_CONFIG_UUID " " HIP_CONTROL_UUID);
    } else {
        printf("unknown %s\n", name);
    }
}

int main(int count, char **arguments)
{
    static uint16_t rates[MOST];
    static hip_scale acc[MOST], gyro[MOST];
    static const hip_port port = {notify, start_chip, stop_chip, read_clock};
    hip_sensor *sensor = malloc(sizeof *sensor);
    hip_chip chip;
    char line[LINE];
    if (count != 6) {
        return 2;
    }
    chip.bits = (uint8_t)atoi(arguments[1]);
    chip.rates_hz = rates;
    chip.rates = parse_rates(arguments[3], rates);
    chip.acc = acc;
    chip.accs = parse_scales(arguments[4], acc);
    chip.gyro = gyro;
    chip.gyros = parse_scales(arguments[5], gyro);
    hip_init(sensor, &chip, &port, NULL, (uint32_t)strtoul(arguments[2], NULL, 10));
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *rest;
        line[strcspn(line, "\n")] = '\0';
        rest = strchr(line, ' ');
        if (rest != NULL) {
            *rest++ = '\0';
        }
        obey(sensor, line, rest == NULL ? "" : rest);
        puts(".");
        fflush(stdout);
    }
    free(sensor);
    return 0;
}
