/* As much of the mbed core for the XIAO nRF52840 Sense as the sketch names. */
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#define OUTPUT 1
#define INPUT 0
#define HIGH 1
#define RISING 2
#define PIN_LSM6DS3TR_C_POWER (15)
#define PIN_LSM6DS3TR_C_INT1 (18)
#define digitalPinToInterrupt(pin) (pin)

void pinMode(int pin, int mode);
void digitalWrite(int pin, int value);
void delay(unsigned long ms);
void attachInterrupt(int interrupt, void (*handler)(), int mode);
void noInterrupts();
void interrupts();

class String {
 public:
  String(const char *text = "") : text_(text) {}
  void replace(const String &from, const String &to);
  void toUpperCase();
  String substring(unsigned int from) const;
  const char *c_str() const { return text_.c_str(); }
  friend String operator+(const String &left, const String &right);

 private:
  std::string text_;
};

// A random byte is ready whenever somebody looks.
struct AlwaysReady {
  operator uint32_t() const { return 1; }
  AlwaysReady &operator=(uint32_t) { return *this; }
};
struct NRF_RNG_Type {
  volatile uint32_t TASKS_START, TASKS_STOP;
  AlwaysReady EVENTS_VALRDY;
  volatile uint32_t VALUE;
};
extern NRF_RNG_Type *NRF_RNG;
