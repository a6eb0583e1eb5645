#pragma once
#include <cstdint>
class ATTClass {
 public:
  virtual uint16_t mtu(uint16_t handle) const;
};
extern ATTClass &ATT;
