#pragma once
#include <stdint.h>
struct bt_conn;
struct bt_conn_cb {
	void (*connected)(struct bt_conn *conn, uint8_t err);
	void (*disconnected)(struct bt_conn *conn, uint8_t reason);
	void (*recycled)(void);
};
#define BT_CONN_CB_DEFINE(name) const struct bt_conn_cb name
struct bt_conn *bt_conn_ref(struct bt_conn *conn);
void bt_conn_unref(struct bt_conn *conn);
