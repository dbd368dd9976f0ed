/* A plug-in of QEMU's user mode emulation (TCG plug-in interface, version 1) that counts the instructions of the
   emulated program. Each piece of translated code has a counter of its own, so that the instructions can be told by
   the function they are in. At the end the file named by INSN_OUT has one line a piece: address, instructions
   executed. The interface's header is not packaged: what is used of it is declared here. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef uint64_t plugin;
struct block;
enum { ADD = 0 };

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

void qemu_plugin_register_vcpu_tb_trans_cb(plugin, void (*)(plugin, struct block *));
void qemu_plugin_register_atexit_cb(plugin, void (*)(plugin, void *), void *);
void qemu_plugin_register_vcpu_tb_exec_inline(struct block *, int, void *, uint64_t);
size_t qemu_plugin_tb_n_insns(const struct block *);
uint64_t qemu_plugin_tb_vaddr(const struct block *);

/* Code is translated under a lock of the emulator's: the list needs none. A counter is added to without one; the
   program is to run on one processor, or some of it is lost. */
struct piece {
	uint64_t address, executed;
	struct piece *next;
};
static struct piece *pieces;

static void translated(plugin id, struct block *b)
{
	struct piece *p = calloc(1, sizeof *p);
	if (!p)
		abort();
	p->address = qemu_plugin_tb_vaddr(b);
	p->next = pieces;
	pieces = p;
	qemu_plugin_register_vcpu_tb_exec_inline(b, ADD, &p->executed, qemu_plugin_tb_n_insns(b));
}

static void ended(plugin id, void *unused)
{
	const char *name = getenv("INSN_OUT");
	FILE *f = name ? fopen(name, "w") : NULL;
	if (!f)
		return;
	for (struct piece *p = pieces; p; p = p->next)
		if (p->executed)
			fprintf(f, "%" PRIx64 " %" PRIu64 "\n", p->address, p->executed);
	fclose(f);
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin id, const void *info, int argc, char **argv)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
	return 0;
}
