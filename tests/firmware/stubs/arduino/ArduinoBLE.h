/* As much of ArduinoBLE as the sketch names. */
#pragma once
#include "Arduino.h"

enum { BLERead = 0x02, BLEWrite = 0x08, BLENotify = 0x10 };
enum BLECharacteristicEvent { BLESubscribed, BLEUnsubscribed, BLEWritten = 3 };
enum BLEDeviceEvent { BLEConnected, BLEDisconnected };

class BLEDevice {};
class BLECharacteristic;
typedef void (*BLECharacteristicEventHandler)(BLEDevice device, BLECharacteristic characteristic);
typedef void (*BLEDeviceEventHandler)(BLEDevice device);

class BLECharacteristic {
 public:
  BLECharacteristic(const char *uuid, uint16_t properties, int size, bool fixed = false);
  const uint8_t *value() const;
  int valueLength() const;
  int writeValue(const uint8_t value[], int length);
  void setEventHandler(int event, BLECharacteristicEventHandler handler);

  int place;  // among all of the program
};

class BLEService {
 public:
  explicit BLEService(const char *uuid);
  void addCharacteristic(BLECharacteristic &characteristic);
};

class BLELocalDevice {
 public:
  int begin();
  void poll();
  String address() const;
  void setLocalName(const char *name);
  void setDeviceName(const char *name);
  void setAdvertisedService(const BLEService &service);
  void setAdvertisingInterval(uint16_t units);
  void setConnectionInterval(uint16_t shortest, uint16_t longest);
  void addService(BLEService &service);
  int advertise();
  void setEventHandler(BLEDeviceEvent event, BLEDeviceEventHandler handler);
};
extern BLELocalDevice &BLE;
