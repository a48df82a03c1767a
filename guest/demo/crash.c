/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows a null pointer deep in a chain of calls. noipa keeps the chain as it
 * is written here, so that the report shows it.
 */
#include <stdio.h>

struct channel {
	int gain;
	int value;
};

struct sensor {
	const char *name;
	struct channel *channel; /* nobody has connected one */
};

__attribute__((noipa)) static int read_channel(const struct channel *channel)
{
	return channel->gain * channel->value;
}

__attribute__((noipa)) static int read_sensor(const struct sensor *sensor)
{
	return read_channel(sensor->channel) + 1;
}

__attribute__((noipa)) static int control_step(const struct sensor *sensors, int count)
{
	int sum = 0;

	for (int i = 0; i < count; i++)
		sum += read_sensor(&sensors[i]);
	return sum;
}

int main(void)
{
	static const struct sensor sensors[] = { { "pressure", NULL } };

	printf("reading the %s sensor\n", sensors[0].name);
	printf("it says %d\n", control_step(sensors, 1));
	return 0;
}
