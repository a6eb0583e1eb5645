#pragma once
#include <stddef.h>
#include <stdint.h>
typedef struct { uint8_t val[6]; } bt_addr_t;
typedef struct { uint8_t type; bt_addr_t a; } bt_addr_le_t;
struct bt_data { uint8_t type; uint8_t data_len; const uint8_t *data; };
#define BT_DATA(_type, _data, _length)                                                             \
	{.type = (_type), .data_len = (uint8_t)(_length), .data = (const uint8_t *)(_data)}
#define BT_DATA_BYTES(_type, ...)                                                                  \
	BT_DATA(_type, ((uint8_t[]){__VA_ARGS__}), sizeof((uint8_t[]){__VA_ARGS__}))
#define BT_DATA_FLAGS 0x01
#define BT_DATA_UUID128_ALL 0x07
#define BT_DATA_NAME_COMPLETE 0x09
#define BT_LE_AD_GENERAL 0x02
#define BT_LE_AD_NO_BREDR 0x04
#define BT_LE_ADV_OPT_CONN 1
struct bt_le_adv_param { uint32_t options, interval_min, interval_max; const bt_addr_le_t *peer; };
#define BT_LE_ADV_PARAM(opt, shortest, longest, to)                                                \
	((const struct bt_le_adv_param[]){{opt, shortest, longest, to}})
int bt_enable(void (*ready)(int error));
void bt_id_get(bt_addr_le_t *addrs, size_t *count);
int bt_set_name(const char *name);
int bt_le_adv_start(const struct bt_le_adv_param *param, const struct bt_data *ad, size_t ad_len,
		    const struct bt_data *sd, size_t sd_len);
