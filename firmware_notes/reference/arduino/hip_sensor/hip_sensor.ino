// Open hip sensor profile on a Seeed XIAO nRF52840 Sense.
//
// NOBODY HAS RUN THIS ON A BOARD YET. It is compiled against stubs of the libraries in the tests of
// the tracker, and the part that fills packets (hip_profile.c) is tested; pins, registers and the
// libraries' behaviour come from their documents. ../../README.md says what it cannot do.
//
// Board: "Seeed nRF52 mbed-enabled Boards", Seeed XIAO BLE Sense - nRF52840.
// Libraries: ArduinoBLE, Seeed Arduino LSM6DS3.
// Copy hip_profile.h, hip_profile.c, lsm6ds3.h and hip_set.h into this folder first.

#include <ArduinoBLE.h>
#include <LSM6DS3.h>
#include <Wire.h>
#include <mbed.h>
// Internal to ArduinoBLE, which has no other way to learn the MTU.
#include <utility/ATT.h>

#include "hip_profile.h"
#include "lsm6ds3.h"

// 1 sends the recorded set in hip_set.h instead of what the chip measures: to try the radio and the
// tracker before the chip.
#ifndef PLAYBACK
#define PLAYBACK 0
#endif
#if PLAYBACK
#include "hip_set.h"
#endif

static const uint16_t kAdvertisingUnits = 160;  // of 0.625 ms: 100 ms
static const uint16_t kFastUnits = 12;          // of 1.25 ms: 15 ms
static const uint16_t kSlowUnits = 24;          // of 1.25 ms: 30 ms
static const uint16_t kMostHandles = 16;        // connection handles to look for the MTU of

static BLEService service(HIP_SERVICE_UUID);
static BLECharacteristic imu(HIP_IMU_UUID, BLENotify, HIP_PACKET_SIZE);
static BLECharacteristic config(HIP_CONFIG_UUID, BLERead | BLEWrite, HIP_CONFIG_SIZE);
static BLECharacteristic control(HIP_CONTROL_UUID, BLEWrite | BLENotify, HIP_REPLY_SIZE);

static LSM6DS3Core chip(I2C_MODE, LSM6DS3_ADDRESS);
static hip_sensor sensor;

static volatile uint64_t edge_us;      // of the newest data-ready edge
static volatile uint32_t edges;        // since the chip was started
static uint32_t edges_read;
static uint64_t settled_us;
static bool running;
static size_t played;
static uint64_t next_us;

// From the 32 768 Hz crystal. micros() counts an RC oscillator that is off by more than 1 %.
static uint64_t crystalUs() { return ticker_read_us(get_lp_ticker_data()); }

static void onDataReady() {
  edge_us = crystalUs();
  edges = edges + 1;
}

static bool notify(void *, hip_channel channel, const uint8_t *data, size_t length) {
  BLECharacteristic &to = channel == HIP_IMU ? imu : control;
  return to.writeValue(data, static_cast<int>(length)) != 0;
}

static hip_result startChip(void *, const hip_settings *settings) {
  uint8_t who = 0;
  if (chip.readRegister(&who, LSM6DS3_WHO_AM_I) != IMU_SUCCESS || who != LSM6DS3_TR_C) {
    if (!PLAYBACK) return HIP_NO_CHIP;
  }
  edges = 0;
  edges_read = 0;
  played = 0;
  settled_us = crystalUs() + LSM6DS3_SETTLING_US;
  next_us = settled_us;
  chip.writeRegister(LSM6DS3_CTRL3_C, LSM6DS3_BLOCK_AND_INCREMENT);
  chip.writeRegister(LSM6DS3_CTRL1_XL, lsm6ds3_ctrl1_xl(settings));
  chip.writeRegister(LSM6DS3_CTRL2_G, lsm6ds3_ctrl2_g(settings));
  chip.writeRegister(LSM6DS3_INT1_CTRL, lsm6ds3_int1_ctrl(settings));
  running = true;
  return HIP_OK;
}

static void stopChip(void *) {
  chip.writeRegister(LSM6DS3_INT1_CTRL, 0);
  chip.writeRegister(LSM6DS3_CTRL1_XL, 0);
  chip.writeRegister(LSM6DS3_CTRL2_G, 0);
  running = false;
}

static uint64_t nowUs(void *) { return crystalUs(); }

static const hip_port kPort = {notify, startChip, stopChip, nowUs};

static void showConfig() {
  uint8_t value[HIP_CONFIG_SIZE];
  hip_read_config(&sensor, value);
  config.writeValue(value, HIP_CONFIG_SIZE);
}

static void onConnected(BLEDevice) { hip_connected(&sensor); }
static void onDisconnected(BLEDevice) { hip_disconnected(&sensor); }
static void onImuEnabled(BLEDevice, BLECharacteristic) { hip_subscribed(&sensor, HIP_IMU, true); }
static void onImuDisabled(BLEDevice, BLECharacteristic) { hip_subscribed(&sensor, HIP_IMU, false); }
static void onControlEnabled(BLEDevice, BLECharacteristic) {
  hip_subscribed(&sensor, HIP_CONTROL, true);
}
static void onControlDisabled(BLEDevice, BLECharacteristic) {
  hip_subscribed(&sensor, HIP_CONTROL, false);
}

static void onRequest(BLEDevice, BLECharacteristic written) {
  // ArduinoBLE acknowledges every write, so the errors of [7.4] to [7.6] cannot be sent; a wrong
  // request changes nothing all the same.
  (void)hip_write_config(&sensor, written.value(), static_cast<size_t>(written.valueLength()));
  showConfig();
}

static void onCommand(BLEDevice, BLECharacteristic written) {
  // Copied, because a reply is written to the same buffer.
  uint8_t command = written.valueLength() > 0 ? written.value()[0] : 0;
  (void)hip_write_control(&sensor, &command, written.valueLength() > 0 ? 1 : 0);
}

// The number of a boot, from the random number generator of the nRF52840.
static uint32_t drawnBootId() {
  uint32_t id = 0;
  NRF_RNG->TASKS_START = 1;
  for (int octet = 0; octet < 4; octet++) {
    NRF_RNG->EVENTS_VALRDY = 0;
    while (NRF_RNG->EVENTS_VALRDY == 0) {
    }
    id = id << 8 | NRF_RNG->VALUE;
  }
  NRF_RNG->TASKS_STOP = 1;
  return id;
}

static void passOnMtu() {
  uint16_t largest = HIP_SMALLEST_MTU;
  for (uint16_t handle = 0; handle < kMostHandles; handle++) {
    uint16_t mtu = ATT.mtu(handle);
    if (mtu > largest) largest = mtu;
  }
  hip_mtu(&sensor, largest);
}

#if PLAYBACK
static void playSample() {
  if (!running || crystalUs() < next_us) return;
  hip_sample(&sensor, next_us, hip_set[played], hip_set[played] + 3);
  played = (played + 1) % HIP_SET_SAMPLES;
  next_us += 1000000u / hip_current(&sensor)->rate_hz;
}
#else
static void readSample() {
  noInterrupts();
  uint32_t seen = edges;
  uint64_t at_us = edge_us;
  interrupts();
  if (!running || seen == edges_read) return;
  uint8_t data[LSM6DS3_SAMPLE_SIZE];
  if (chip.readRegisterRegion(data, LSM6DS3_OUTX_L_G, sizeof data) != IMU_SUCCESS) {
    hip_fail(&sensor, HIP_NO_CHIP);
    return;
  }
  bool lost = seen - edges_read > 1;
  edges_read = seen;
  if (at_us < settled_us) return;
  if (lost) hip_overrun(&sensor);
  int16_t acc[3], gyro[3];
  lsm6ds3_unpack(data, acc, gyro);
  hip_sample(&sensor, at_us, acc, gyro);
}
#endif

void setup() {
  pinMode(PIN_LSM6DS3TR_C_POWER, OUTPUT);
  digitalWrite(PIN_LSM6DS3TR_C_POWER, HIGH);
  delay(10);
  uint32_t boot_id = drawnBootId();
  chip.beginCore();
  pinMode(PIN_LSM6DS3TR_C_INT1, INPUT);
  attachInterrupt(digitalPinToInterrupt(PIN_LSM6DS3TR_C_INT1), onDataReady, RISING);

  hip_init(&sensor, &lsm6ds3_chip, &kPort, nullptr, boot_id);
  while (!BLE.begin()) {
    delay(1000);
  }
  String digits = BLE.address();
  digits.replace(":", "");
  digits.toUpperCase();
  String name = String("HipXIAO ") + digits.substring(8);
  BLE.setLocalName(name.c_str());
  BLE.setDeviceName(name.c_str());
  BLE.setAdvertisingInterval(kAdvertisingUnits);
  BLE.setConnectionInterval(kFastUnits, kSlowUnits);

  service.addCharacteristic(imu);
  service.addCharacteristic(config);
  service.addCharacteristic(control);
  imu.setEventHandler(BLESubscribed, onImuEnabled);
  imu.setEventHandler(BLEUnsubscribed, onImuDisabled);
  control.setEventHandler(BLESubscribed, onControlEnabled);
  control.setEventHandler(BLEUnsubscribed, onControlDisabled);
  control.setEventHandler(BLEWritten, onCommand);
  config.setEventHandler(BLEWritten, onRequest);
  BLE.setEventHandler(BLEConnected, onConnected);
  BLE.setEventHandler(BLEDisconnected, onDisconnected);
  BLE.addService(service);
  BLE.setAdvertisedService(service);
  showConfig();
  BLE.advertise();
}

void loop() {
  BLE.poll();
  passOnMtu();
#if PLAYBACK
  playSample();
#else
  readSample();
#endif
  hip_poll(&sensor);
}
