#pragma once
#include <cstdint>
struct ticker_data_t;
extern "C" const ticker_data_t *get_lp_ticker_data();
extern "C" uint64_t ticker_read_us(const ticker_data_t *ticker);
