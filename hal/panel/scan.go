package panel

import "offhook/hal/bus"

// Answering asks every ordinary address of an I2C bus for a byte and lists those
// that answer. A read may disturb what is there: some chips count it.
func Answering(number int) ([]int, error) {
	b, err := bus.OpenI2C(number)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	var all []int
	for address := 0x08; address <= 0x77; address++ { // the others are reserved (I2C-bus specification, 3.1.12)
		if b.Tx(uint16(address), nil, make([]byte, 1)) == nil {
			all = append(all, address)
		}
	}
	return all, nil
}
