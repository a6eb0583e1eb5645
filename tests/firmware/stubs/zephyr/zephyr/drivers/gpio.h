#pragma once
#include <stdint.h>
struct device;
struct gpio_dt_spec { const struct device *port; uint8_t pin; uint16_t dt_flags; };
struct gpio_callback { uint32_t pin_mask; };
typedef void (*gpio_callback_handler_t)(const struct device *port, struct gpio_callback *cb,
					uint32_t pins);
#define DT_NODELABEL(label) label
#define GPIO_DT_SPEC_GET(node, property) {0}
#define GPIO_INPUT (1U << 16)
#define GPIO_INT_EDGE_TO_ACTIVE (1U << 22)
int gpio_pin_configure_dt(const struct gpio_dt_spec *spec, uint32_t flags);
int gpio_pin_interrupt_configure_dt(const struct gpio_dt_spec *spec, uint32_t flags);
void gpio_init_callback(struct gpio_callback *callback, gpio_callback_handler_t handler,
			uint32_t pin_mask);
int gpio_add_callback(const struct device *port, struct gpio_callback *callback);
