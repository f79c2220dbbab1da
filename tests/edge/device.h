/* What the program sees of the bare machine. */
#ifndef DEVICE_H
#define DEVICE_H

#include <stddef.h>
#include <stdint.h>

int main(void);
void device_print(const char *text);
uint32_t device_stack_used(void);
void device_reset(void);

#endif
