/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program that host.c shows as a frozen process. It never runs there: its
 * memory is filled from the file, and stacks are made for these calls. noipa
 * keeps the functions, with a frame each, as they are written here.
 */
#include <stdio.h>

struct channel {
	int gain, value;
};

struct sensor {
	const char *name;
	struct channel *channel;
};

struct sensor sensors[2] = { { "pressure", NULL }, { "flow", NULL } };
long calibration = 0x1234567890;
long samples_taken; /* in .bss; 17 when the process "froze" */
const char motto[] = "measure twice";

__attribute__((noipa)) int read_channel(const struct channel *channel)
{
	return channel->gain * channel->value;
}

__attribute__((noipa)) int read_sensor(const struct sensor *sensor)
{
	volatile long seen = samples_taken;

	return read_channel(sensor->channel) + (int)seen;
}

__attribute__((noipa)) int control_step(const struct sensor *sensor, int count)
{
	int sum = 0;

	for (int i = 0; i < count; i++)
		sum += read_sensor(&sensor[i]);
	return sum;
}

__attribute__((noipa)) void idle(void)
{
	samples_taken++;
}

__attribute__((noipa)) int worker(long rounds)
{
	for (long i = 0; i < rounds; i++)
		idle();
	return 0;
}

int main(void)
{
	printf("%s: %d\n", motto, control_step(sensors, 2));
	return worker(calibration);
}
