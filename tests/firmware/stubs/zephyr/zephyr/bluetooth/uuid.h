#pragma once
#include <stdint.h>
struct bt_uuid { uint8_t type; };
struct bt_uuid_128 { struct bt_uuid uuid; uint8_t val[16]; };
#define BT_UUID_TYPE_128 2
#define BT_UUID_128_ENCODE(w32, w1, w2, w3, w48)                                                   \
	(uint8_t)((w48) & 0xff), (uint8_t)(((w48) >> 8) & 0xff), (uint8_t)(((w48) >> 16) & 0xff), \
	(uint8_t)(((w48) >> 24) & 0xff), (uint8_t)(((w48) >> 32) & 0xff),                         \
	(uint8_t)(((w48) >> 40) & 0xff), (uint8_t)((w3) & 0xff), (uint8_t)(((w3) >> 8) & 0xff),   \
	(uint8_t)((w2) & 0xff), (uint8_t)(((w2) >> 8) & 0xff), (uint8_t)((w1) & 0xff),            \
	(uint8_t)(((w1) >> 8) & 0xff), (uint8_t)((w32) & 0xff), (uint8_t)(((w32) >> 8) & 0xff),   \
	(uint8_t)(((w32) >> 16) & 0xff), (uint8_t)(((w32) >> 24) & 0xff)
#define BT_UUID_DECLARE_128(...)                                                                   \
	((struct bt_uuid *)(struct bt_uuid_128[]){{{BT_UUID_TYPE_128}, {__VA_ARGS__}}})
