// SPDX-License-Identifier: Apache-2.0

// The few declarations of libpcap's ABI that espbeat uses, so that no header of
// libpcap is needed to build. They have not changed since libpcap 1.5 (2013).

#ifndef ESPBEAT_PCAP_SHIM_H
#define ESPBEAT_PCAP_SHIM_H

#include <stdint.h>
#include <sys/time.h>

#define EB_ERRBUF 256

typedef struct pcap eb_pcap;

struct eb_insn {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

struct eb_program {
	unsigned int len;
	struct eb_insn *insns;
};

// eb_header is struct pcap_pkthdr up to len; some systems have more behind it.
struct eb_header {
	struct timeval ts;
	uint32_t caplen;
	uint32_t len;
};

// eb_stats is struct pcap_stat, with room for the fields that Windows adds.
struct eb_stats {
	unsigned int recv, drop, ifdrop;
	unsigned int reserved[8];
};

struct eb_device {
	struct eb_device *next;
	char *name;
	char *description;
	void *addresses;
	uint32_t flags;
};

// eb_load loads the library once a process. NULL is success, else what the
// loader said about the last name tried.
const char *eb_load(void);
const char *eb_version(void);

// eb_compile fills prog; 0 is success, else err says why.
int eb_compile(const char *expr, int dlt, int snaplen, uint32_t netmask, struct eb_program *prog, char *err);
void eb_free(struct eb_program *prog);

// eb_open creates and activates a handle that does not block; NULL is failure,
// with err, and code is the PCAP_ERROR_ number.
eb_pcap *eb_open(const char *dev, int snaplen, int promisc, int buffer, const char *filter, uint32_t netmask, int *code, char *err);
// eb_next is 1 for a packet, 0 for none now, negative for an error.
int eb_next(eb_pcap *p, struct eb_header **h, const unsigned char **data);
int eb_fd(eb_pcap *p);
int eb_datalink(eb_pcap *p);
int eb_nano(eb_pcap *p);
int eb_get_stats(eb_pcap *p, struct eb_stats *s);
const char *eb_error(eb_pcap *p);
void eb_close(eb_pcap *p);

int eb_devices(struct eb_device **list, char *err);
void eb_free_devices(struct eb_device *list);

#endif
