/* The LSM6DS3TR-C of the XIAO nRF52840 Sense: what it can do, and the registers that set it.
 *
 * Rates, ranges and sensitivities are those of its data sheet. 208 Hz is left out, because the
 * profile ends at 200 Hz.
 */
#ifndef HIP_LSM6DS3_H
#define HIP_LSM6DS3_H

#include "hip_profile.h"

#define LSM6DS3_ADDRESS 0x6A
#define LSM6DS3_INT1_CTRL 0x0D
#define LSM6DS3_WHO_AM_I 0x0F
#define LSM6DS3_CTRL1_XL 0x10
#define LSM6DS3_CTRL2_G 0x11
#define LSM6DS3_CTRL3_C 0x12
#define LSM6DS3_OUTX_L_G 0x22

#define LSM6DS3_TR_C 0x6A             /* what WHO_AM_I reads */
#define LSM6DS3_BLOCK_AND_INCREMENT 0x44 /* CTRL3_C: both bytes of one sample; burst reads */
#define LSM6DS3_DRDY_ACC 0x01         /* INT1_CTRL */
#define LSM6DS3_DRDY_GYRO 0x02
#define LSM6DS3_SAMPLE_SIZE 12        /* gyroscope x y z, then accelerometer x y z */
#define LSM6DS3_SETTLING_US 100000u   /* more than the turn-on time of the gyroscope */

static const uint16_t lsm6ds3_rates_hz[] = {26, 52, 104};
static const hip_scale lsm6ds3_acc[] = {
    {2, 0.000061f}, {4, 0.000122f}, {8, 0.000244f}, {16, 0.000488f}};
static const hip_scale lsm6ds3_gyro[] = {
    {250, 0.00875f}, {500, 0.0175f}, {1000, 0.035f}, {2000, 0.07f}};
static const hip_chip lsm6ds3_chip = {lsm6ds3_rates_hz, 3, lsm6ds3_acc, 4, lsm6ds3_gyro, 4, 16};

/* The field ODR of CTRL1_XL and CTRL2_G. */
static inline uint8_t lsm6ds3_rate_bits(uint16_t rate_hz)
{
    return (uint8_t)((rate_hz == 26 ? 2 : rate_hz == 52 ? 3 : 4) << 4);
}

/* CTRL1_XL; the order of its ranges is 2, 16, 4, 8 g. */
static inline uint8_t lsm6ds3_ctrl1_xl(const hip_settings *settings)
{
    uint16_t range = settings->acc->range;
    uint8_t field = range == 2 ? 0 : range == 16 ? 1 : range == 4 ? 2 : 3;
    return (uint8_t)(lsm6ds3_rate_bits(settings->rate_hz) | (field << 2));
}

/* CTRL2_G; 0 switches the gyroscope off. */
static inline uint8_t lsm6ds3_ctrl2_g(const hip_settings *settings)
{
    uint8_t field = 0;
    if (settings->gyro == NULL) {
        return 0;
    }
    while (lsm6ds3_gyro[field].range != settings->gyro->range) {
        field++;
    }
    return (uint8_t)(lsm6ds3_rate_bits(settings->rate_hz) | (field << 2));
}

static inline uint8_t lsm6ds3_int1_ctrl(const hip_settings *settings)
{
    return settings->gyro == NULL ? LSM6DS3_DRDY_ACC : LSM6DS3_DRDY_GYRO;
}

static inline void lsm6ds3_unpack(const uint8_t data[LSM6DS3_SAMPLE_SIZE], int16_t acc[3],
                                  int16_t gyro[3])
{
    int axis;
    for (axis = 0; axis < 3; axis++) {
        gyro[axis] = (int16_t)(uint16_t)(data[2 * axis] | (data[2 * axis + 1] << 8));
        acc[axis] = (int16_t)(uint16_t)(data[2 * axis + 6] | (data[2 * axis + 7] << 8));
    }
}

#endif
