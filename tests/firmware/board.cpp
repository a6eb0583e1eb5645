// The Arduino sketch as a process: stubs of the board and its libraries that behave as their sources
// do, as far as the sketch can tell. The lines are those of bench.c.
//
// ArduinoBLE stores what a central writes, sends it back to a central that has enabled notifications,
// calls the handler, and acknowledges the write whatever that did.

#include "hip_sensor.ino"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

const int kMostValues = 8;
const int kRegisters = 128;

struct Value {
  uint8_t data[512];
  int length, size;
  bool notifies, enabled;
  BLECharacteristicEventHandler handlers[4];
};

Value values[kMostValues];
int placed;
BLEDeviceEventHandler device_handlers[2];
bool connected;
uint16_t agreed_mtu = 23;
uint64_t now_us;
void (*data_ready)();
uint8_t registers[kRegisters] = {};

int place_of(const char *name) { return std::strcmp(name, "imu") == 0 ? imu.place : control.place; }

void print_hex(const uint8_t *data, int length) {
  for (int at = 0; at < length; at++) std::printf("%02x", data[at]);
  std::putchar('\n');
}

void enable(int place, bool enabled) {
  if (values[place].enabled == enabled) return;
  values[place].enabled = enabled;
  BLECharacteristicEventHandler handler =
      values[place].handlers[enabled ? BLESubscribed : BLEUnsubscribed];
  if (handler != nullptr) handler(BLEDevice(), imu);
}

void write_from_central(BLECharacteristic &to, const char *hex) {
  uint8_t data[512];
  int length = static_cast<int>(std::strspn(hex, "0123456789abcdef") / 2);
  for (int at = 0; at < length; at++) {
    unsigned value;
    std::sscanf(hex + 2 * at, "%2x", &value);
    data[at] = static_cast<uint8_t>(value);
  }
  to.writeValue(data, length);
  if (values[to.place].handlers[BLEWritten] != nullptr) {
    values[to.place].handlers[BLEWritten](BLEDevice(), to);
  }
  std::puts("att 0");
}

void take_sample(const char *text) {
  int counts[6];
  unsigned long long time_us;
  if (std::sscanf(text, "%llu %d %d %d %d %d %d", &time_us, counts, counts + 1, counts + 2,
                  counts + 3, counts + 4, counts + 5) != 7) {
    return;
  }
  now_us = time_us;
  for (int at = 0; at < 6; at++) {
    // The gyroscope's registers come first.
    int to = LSM6DS3_OUTX_L_G + 2 * ((at + 3) % 6);
    registers[to] = static_cast<uint8_t>(counts[at] & 0xff);
    registers[to + 1] = static_cast<uint8_t>((counts[at] >> 8) & 0xff);
  }
  if (registers[LSM6DS3_INT1_CTRL] != 0) data_ready();
}

void obey(const char *name, const char *rest) {
  if (std::strcmp(name, "connect") == 0) {
    connected = true;
    device_handlers[BLEConnected](BLEDevice());
  } else if (std::strcmp(name, "mtu") == 0) {
    agreed_mtu = static_cast<uint16_t>(std::atoi(rest));
  } else if (std::strcmp(name, "disconnect") == 0) {
    connected = false;
    agreed_mtu = 23;
    enable(imu.place, false);
    enable(control.place, false);
    device_handlers[BLEDisconnected](BLEDevice());
  } else if (std::strcmp(name, "imu") == 0 || std::strcmp(name, "control") == 0) {
    enable(place_of(name), std::atoi(rest) != 0);
  } else if (std::strcmp(name, "read") == 0) {
    print_hex(values[config.place].data, values[config.place].length);
  } else if (std::strcmp(name, "request") == 0) {
    write_from_central(config, rest);
  } else if (std::strcmp(name, "command") == 0) {
    write_from_central(control, rest);
  } else if (std::strcmp(name, "sample") == 0) {
    take_sample(rest);
  } else if (std::strcmp(name, "missed") == 0) {
    // The loop is busy elsewhere until the next sample has overwritten this one.
    take_sample(rest);
    return;
  } else if (std::strcmp(name, "now") == 0) {
    now_us = std::strtoull(rest, nullptr, 10);
  } else if (std::strcmp(name, "streaming") == 0) {
    std::printf("%d\n", hip_is_streaming(&sensor));
  }
  loop();
}

}  // namespace

// ---- the board ----

static NRF_RNG_Type generator = {0, 0, {}, 0x5a};
NRF_RNG_Type *NRF_RNG = &generator;
void pinMode(int, int) {}
void digitalWrite(int, int) {}
void delay(unsigned long) {}
void noInterrupts() {}
void interrupts() {}
void attachInterrupt(int, void (*handler)(), int) { data_ready = handler; }
const ticker_data_t *get_lp_ticker_data() { return nullptr; }
uint64_t ticker_read_us(const ticker_data_t *) { return now_us; }

void String::replace(const String &from, const String &to) {
  for (size_t at; (at = text_.find(from.text_)) != std::string::npos;) {
    text_.replace(at, from.text_.size(), to.text_);
  }
}
void String::toUpperCase() {
  for (char &each : text_) each = static_cast<char>(std::toupper(each));
}
String String::substring(unsigned int from) const { return String(text_.substr(from).c_str()); }
String operator+(const String &left, const String &right) {
  return String((left.text_ + right.text_).c_str());
}

// ---- the motion chip ----

LSM6DS3Core::LSM6DS3Core(uint8_t, uint8_t) {}
status_t LSM6DS3Core::beginCore() { return IMU_SUCCESS; }
status_t LSM6DS3Core::readRegister(uint8_t *data, uint8_t offset) {
  *data = offset == LSM6DS3_WHO_AM_I ? LSM6DS3_TR_C : registers[offset];
  return IMU_SUCCESS;
}
status_t LSM6DS3Core::readRegisterRegion(uint8_t *data, uint8_t offset, uint8_t length) {
  std::memcpy(data, registers + offset, length);
  return IMU_SUCCESS;
}
status_t LSM6DS3Core::writeRegister(uint8_t offset, uint8_t value) {
  if (offset == LSM6DS3_INT1_CTRL && (value != 0) != (registers[offset] != 0)) {
    std::puts(value != 0 ? "start" : "stop");
  }
  registers[offset] = value;
  return IMU_SUCCESS;
}

// ---- Bluetooth ----

BLECharacteristic::BLECharacteristic(const char *, uint16_t properties, int size, bool)
    : place(placed++) {
  values[place].size = size;
  values[place].notifies = (properties & BLENotify) != 0;
}
const uint8_t *BLECharacteristic::value() const { return values[place].data; }
int BLECharacteristic::valueLength() const { return values[place].length; }
int BLECharacteristic::writeValue(const uint8_t value[], int length) {
  Value &mine = values[place];
  mine.length = length < mine.size ? length : mine.size;
  std::memmove(mine.data, value, static_cast<size_t>(mine.length));
  if (mine.notifies && mine.enabled && connected) {
    int most = agreed_mtu - 3;
    std::printf("%s ", place == imu.place ? "imu" : "control");
    print_hex(mine.data, mine.length < most ? mine.length : most);
  }
  return 1;
}
void BLECharacteristic::setEventHandler(int event, BLECharacteristicEventHandler handler) {
  values[place].handlers[event] = handler;
}
BLEService::BLEService(const char *) {}
void BLEService::addCharacteristic(BLECharacteristic &) {}

static BLELocalDevice device;
BLELocalDevice &BLE = device;
int BLELocalDevice::begin() { return 1; }
void BLELocalDevice::poll() {}
String BLELocalDevice::address() const { return "c0:ff:ee:00:1a:2b"; }
void BLELocalDevice::setLocalName(const char *name) { std::printf("name %s\n", name); }
void BLELocalDevice::setDeviceName(const char *) {}
void BLELocalDevice::setAdvertisedService(const BLEService &) {}
void BLELocalDevice::setAdvertisingInterval(uint16_t) {}
void BLELocalDevice::setConnectionInterval(uint16_t, uint16_t) {}
void BLELocalDevice::addService(BLEService &) {}
int BLELocalDevice::advertise() { return 1; }
void BLELocalDevice::setEventHandler(BLEDeviceEvent event, BLEDeviceEventHandler handler) {
  device_handlers[event] = handler;
}

static ATTClass att;
ATTClass &ATT = att;
uint16_t ATTClass::mtu(uint16_t handle) const { return handle == 0 ? agreed_mtu : 23; }

int main() {
  char line[2048];
  setup();
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    line[std::strcspn(line, "\n")] = '\0';
    char *rest = std::strchr(line, ' ');
    if (rest != nullptr) *rest++ = '\0';
    obey(line, rest == nullptr ? "" : rest);
    std::puts(".");
    std::fflush(stdout);
  }
  return 0;
}
