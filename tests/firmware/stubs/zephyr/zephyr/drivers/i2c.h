#pragma once
#include <stdint.h>
struct device;
struct i2c_dt_spec { const struct device *bus; uint16_t addr; };
#define I2C_DT_SPEC_GET(node) {0}
int i2c_reg_write_byte_dt(const struct i2c_dt_spec *spec, uint8_t reg, uint8_t value);
int i2c_reg_read_byte_dt(const struct i2c_dt_spec *spec, uint8_t reg, uint8_t *value);
int i2c_burst_read_dt(const struct i2c_dt_spec *spec, uint8_t start, uint8_t *buf, uint32_t bytes);
