// SPDX-License-Identifier: Apache-2.0

//go:build !windows

#include "shim.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static struct {
	const char *(*lib_version)(void);
	eb_pcap *(*open_dead)(int, int);
	int (*compile)(eb_pcap *, struct eb_program *, const char *, int, uint32_t);
	void (*freecode)(struct eb_program *);
	char *(*geterr)(eb_pcap *);
	const char *(*statustostr)(int);
	void (*close)(eb_pcap *);
	eb_pcap *(*create)(const char *, char *);
	int (*set_snaplen)(eb_pcap *, int);
	int (*set_promisc)(eb_pcap *, int);
	int (*set_timeout)(eb_pcap *, int);
	int (*set_buffer_size)(eb_pcap *, int);
	int (*set_tstamp_precision)(eb_pcap *, int);
	int (*get_tstamp_precision)(eb_pcap *);
	int (*activate)(eb_pcap *);
	int (*setfilter)(eb_pcap *, struct eb_program *);
	int (*setnonblock)(eb_pcap *, int, char *);
	int (*next_ex)(eb_pcap *, struct eb_header **, const unsigned char **);
	int (*get_selectable_fd)(eb_pcap *);
	int (*datalink)(eb_pcap *);
	int (*set_datalink)(eb_pcap *, int);
	int (*stats)(eb_pcap *, struct eb_stats *);
	int (*findalldevs)(struct eb_device **, char *);
	void (*freealldevs)(struct eb_device *);
} pc;

static const char *names[] = {
#ifdef __APPLE__
	"libpcap.dylib", "/usr/lib/libpcap.A.dylib",
#else
	"libpcap.so.1", "libpcap.so.0.8", "libpcap.so",
#endif
	NULL};

static const struct {
	const char *name;
	void *to;
} symbols[] = {
	{"pcap_lib_version", &pc.lib_version},
	{"pcap_open_dead", &pc.open_dead},
	{"pcap_compile", &pc.compile},
	{"pcap_freecode", &pc.freecode},
	{"pcap_geterr", &pc.geterr},
	{"pcap_statustostr", &pc.statustostr},
	{"pcap_close", &pc.close},
	{"pcap_create", &pc.create},
	{"pcap_set_snaplen", &pc.set_snaplen},
	{"pcap_set_promisc", &pc.set_promisc},
	{"pcap_set_timeout", &pc.set_timeout},
	{"pcap_set_buffer_size", &pc.set_buffer_size},
	{"pcap_set_tstamp_precision", &pc.set_tstamp_precision},
	{"pcap_get_tstamp_precision", &pc.get_tstamp_precision},
	{"pcap_activate", &pc.activate},
	{"pcap_setfilter", &pc.setfilter},
	{"pcap_setnonblock", &pc.setnonblock},
	{"pcap_next_ex", &pc.next_ex},
	{"pcap_get_selectable_fd", &pc.get_selectable_fd},
	{"pcap_datalink", &pc.datalink},
	{"pcap_set_datalink", &pc.set_datalink},
	{"pcap_stats", &pc.stats},
	{"pcap_findalldevs", &pc.findalldevs},
	{"pcap_freealldevs", &pc.freealldevs},
};

const char *eb_load(void) {
	static char why[512];
	void *lib = NULL;
	for (int i = 0; names[i] != NULL && lib == NULL; i++) {
		lib = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
		if (lib == NULL) {
			// The first name's message is the telling one: later names are guesses.
			const char *e = dlerror();
			if (i == 0)
				snprintf(why, sizeof why, "%s", e ? e : names[i]);
		}
	}
	if (lib == NULL)
		return why;
	for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
		void *f = dlsym(lib, symbols[i].name);
		if (f == NULL) {
			snprintf(why, sizeof why, "it lacks %s (libpcap 1.5 or newer is needed)", symbols[i].name);
			return why;
		}
		// POSIX wants a function pointer to fit in a void *; memcpy keeps C's rules.
		memcpy(symbols[i].to, &f, sizeof f);
	}
	return NULL;
}

const char *eb_version(void) { return pc.lib_version(); }

int eb_compile(const char *expr, int dlt, int snaplen, uint32_t netmask, struct eb_program *prog, char *err) {
	eb_pcap *p = pc.open_dead(dlt, snaplen);
	if (p == NULL) {
		snprintf(err, EB_ERRBUF, "pcap_open_dead failed");
		return -1;
	}
	int r = pc.compile(p, prog, expr, 1, netmask);
	if (r != 0)
		snprintf(err, EB_ERRBUF, "%s", pc.geterr(p));
	pc.close(p);
	return r;
}

void eb_free(struct eb_program *prog) { pc.freecode(prog); }

eb_pcap *eb_open(const char *dev, int snaplen, int promisc, int buffer, const char *filter, uint32_t netmask, int *code, char *err) {
	struct eb_program prog;
	*code = 0;
	err[0] = 0;
	eb_pcap *p = pc.create(dev, err);
	if (p == NULL)
		return NULL;
	pc.set_snaplen(p, snaplen);
	pc.set_promisc(p, promisc);
	pc.set_timeout(p, 20); // ms: how long the system may gather packets
	if (buffer > 0)
		pc.set_buffer_size(p, buffer);
	pc.set_tstamp_precision(p, 1); // nanoseconds, where the system has them
	*code = pc.activate(p);
	if (*code < 0) {
		const char *e = pc.geterr(p);
		snprintf(err, EB_ERRBUF, "%s", e && e[0] ? e : pc.statustostr(*code));
		goto fail;
	}
	if (pc.datalink(p) == 113)
		pc.set_datalink(p, 276); // SLL2 names the interface; where it is not offered, SLL stays
	if (filter[0] != 0) {
		if (pc.compile(p, &prog, filter, 1, netmask) != 0) {
			snprintf(err, EB_ERRBUF, "%s", pc.geterr(p));
			*code = 1;
			goto fail;
		}
		int r = pc.setfilter(p, &prog);
		pc.freecode(&prog);
		if (r != 0) {
			snprintf(err, EB_ERRBUF, "%s", pc.geterr(p));
			*code = 1;
			goto fail;
		}
	}
	if (pc.setnonblock(p, 1, err) != 0)
		goto fail;
	return p;
fail:
	pc.close(p);
	return NULL;
}

int eb_next(eb_pcap *p, struct eb_header **h, const unsigned char **data) { return pc.next_ex(p, h, data); }
int eb_fd(eb_pcap *p) { return pc.get_selectable_fd(p); }
int eb_datalink(eb_pcap *p) { return pc.datalink(p); }
int eb_nano(eb_pcap *p) { return pc.get_tstamp_precision(p) == 1; }
int eb_get_stats(eb_pcap *p, struct eb_stats *s) { return pc.stats(p, s); }
const char *eb_error(eb_pcap *p) { return pc.geterr(p); }
void eb_close(eb_pcap *p) { pc.close(p); }
int eb_devices(struct eb_device **list, char *err) { return pc.findalldevs(list, err); }
void eb_free_devices(struct eb_device *list) { pc.freealldevs(list); }
