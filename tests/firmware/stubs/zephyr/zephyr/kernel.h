/* As much of Zephyr's kernel as the sample names. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CONFIG_SYS_CLOCK_TICKS_PER_SEC 32768
#define ARG_UNUSED(name) (void)(name)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(number) (1UL << (number))

typedef struct { int64_t ticks; } k_timeout_t;
#define K_NO_WAIT ((k_timeout_t){0})
#define K_FOREVER ((k_timeout_t){-1})
#define K_MSEC(ms) ((k_timeout_t){(ms) * 32})

struct k_msgq { size_t size; };
#define K_MSGQ_DEFINE(name, bytes, count, align) struct k_msgq name = {bytes}
int k_msgq_put(struct k_msgq *queue, const void *data, k_timeout_t timeout);
int k_msgq_get(struct k_msgq *queue, void *data, k_timeout_t timeout);
void k_msgq_purge(struct k_msgq *queue);

struct k_mutex { int owner; };
#define K_MUTEX_DEFINE(name) struct k_mutex name
int k_mutex_lock(struct k_mutex *mutex, k_timeout_t timeout);
int k_mutex_unlock(struct k_mutex *mutex);

int64_t k_uptime_ticks(void);
int32_t k_msleep(int32_t ms);

struct k_work { void (*handler)(struct k_work *work); };
#define K_WORK_DEFINE(name, function) struct k_work name = {function}
int k_work_submit(struct k_work *work);

#define K_THREAD_DEFINE(name, stack, entry, p1, p2, p3, priority, options, delay)                  \
	void (*const name)(void *, void *, void *) = entry
