/* SPDX-License-Identifier: Apache-2.0 */
/* Says where its parts lie. */
#include <coresrv/task/task_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <stdio.h>

int main(void)
{
	int here;
	void *memory = KnVmAllocate(RTL_NULL, FLOE_PAGE_SIZE,
				    VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE);

	printf("image %p\n", (void *)KnTaskGetPcb()->relocBase);
	printf("stack %p\n", (void *)&here);
	printf("memory %p\n", memory);
	return memory ? 0 : 1;
}
