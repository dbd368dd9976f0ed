// Package ws2812 makes lamps of the lights of a WS2812 strip whose data line is
// an SPI bus's MOSI. Clock and chip select lead nowhere.
//
// A bit is three of the bus, at 2.4 MHz (WS2812B datasheet, "Data transfer time":
// high for 0.4 µs of 1.25 is a 0, for 0.8 a 1, each ±0.15 µs): 100 is 0.42 µs high
// and 0.83 low, 110 the other way round. A light takes 24 bits, the highest first,
// green before red and blue ("Composition of 24bit data"), and passes on what
// follows; 280 µs low (50 of the first kind) show what was sent.
package ws2812
