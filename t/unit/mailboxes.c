/* mailboxes - the tables are in order, so that each of their rows is found, and say nothing that contradicts itself. */
#include "domain/mailboxes.c" /* the tables are its own */

#include "tap.h"

static bool is_small(const char *text)
{
	for (; *text; text++)
		if ((*text >= 'A' && *text <= 'Z') || *text == ' ' || *text == '@')
			return false;
	return true;
}

static void providers_hold(void)
{
	bool sorted = true, found = true, stable = true, small = true;

	for (size_t i = 0; i < COUNT(providers); i++) {
		const struct mail_provider *p = &providers[i];
		struct mail_provider known = mail_provider_of(p->domain), again = mail_provider_of(p->canonical_domain);

		sorted = sorted && (i == 0 || strcmp(providers[i - 1].domain, p->domain) < 0);
		found = found && strcmp(known.domain, p->domain) == 0 && known.tag == p->tag && known.dots_ignored == p->dots_ignored;
		stable = stable && strcmp(again.canonical_domain, p->canonical_domain) == 0 && again.tag == p->tag
		      && again.dots_ignored == p->dots_ignored;
		small = small && is_small(p->domain) && is_small(p->canonical_domain) && (p->tag == '+' || p->tag == '-');
	}
	ok(sorted, "providers are in order, each once");
	ok(found, "every provider is found");
	ok(stable, "the canonical domain of a canonical domain is itself, with the same rules");
	ok(small, "domains are written small, and a tag begins with + or -");
}

static void roles_hold(void)
{
	bool sorted = true, found = true, small = true;

	for (size_t i = 0; i < COUNT(roles); i++) {
		sorted = sorted && (i == 0 || strcmp(roles[i - 1], roles[i]) < 0);
		found = found && mailbox_is_role(roles[i]);
		small = small && *roles[i] && is_small(roles[i]);
	}
	ok(sorted, "roles are in order, each once");
	ok(found, "every role is found");
	ok(small, "roles are written small");
}

static const struct {
	const char *local_part;
	bool role;
} some[] = {
	{"info", true}, {"sales", true}, {"support", true}, {"office", true}, {"abuse", true}, {"zentrale", true},
	{"", false}, {"jane", false}, {"infos.jane", false}, {"inf", false}, {"info1", false}, {"zz", false},
};

int main(void)
{
	struct mail_provider unknown = mail_provider_of("acme.test");
	char what[64];

	providers_hold();
	roles_hold();
	for (size_t i = 0; i < COUNT(some); i++) {
		snprintf(what, sizeof what, "\"%s\" is %s", some[i].local_part, some[i].role ? "a role" : "nobody's role");
		ok(mailbox_is_role(some[i].local_part) == some[i].role, what);
	}
	is_text(unknown.canonical_domain, "acme.test", "a provider that is not listed has its own domain");
	ok(unknown.tag == '+' && !unknown.dots_ignored, "tags with + and counts dots");
	return done_testing();
}
