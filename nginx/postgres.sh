# postgres.sh - the private PostgreSQL cluster of an instance: made, started, stopped. Read by instance.sh.
# shellcheck shell=bash disable=SC2154,SC2034

postgres_bin=/usr/lib/postgresql/15/bin

# Sets owner_url and DATABASE_URL. Only the unix socket in the state directory is open, and the server asks the kernel who is at
# its other end: the operator may be the owner of the schema or the programs, the programs only themselves. Checking a
# password instead would cost each program 2.5 MB, which is what libpq's cryptography takes.
cluster_start() {
	local place="/turnout?host=$state/db"
	[ -d "$state/db/data" ] || cluster_make
	"${as_db[@]}" tee "$state/db/data/postgresql.conf" <"$here/cluster.conf" >/dev/null
	echo "local all all peer map=turnout" | "${as_db[@]}" tee "$state/db/data/pg_hba.conf" >/dev/null
	cluster_people | "${as_db[@]}" tee "$state/db/data/pg_ident.conf" >/dev/null
	postgres_start
	owner_url="postgresql://turnout@$place"
	DATABASE_URL="postgresql://turnout_app@$place"
	cluster_sql postgres "SELECT 'CREATE DATABASE turnout'
		WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'turnout') \\gexec"
}

# TURNOUT_TEMPLATE, for tests: a directory that keeps a new cluster, so that only the first start of many makes one.
cluster_make() {
	if [ -d "${TURNOUT_TEMPLATE-}/data" ]; then
		cp -a "$TURNOUT_TEMPLATE/data" "$state/db/data"
		return
	fi
	rm -rf "$state/db/data.new"
	"${as_db[@]}" "$postgres_bin/initdb" -D "$state/db/data.new" -U turnout -E UTF8 --locale=C.UTF-8 --auth-local=peer \
		--auth-host=reject >"$state/log/initdb.log" 2>&1 9>&- ||
		die "PostgreSQL made no cluster: $(tail -n 1 "$state/log/initdb.log")"
	[ -z "${TURNOUT_TEMPLATE-}" ] || cluster_keep_template
	mv "$state/db/data.new" "$state/db/data"
}

cluster_keep_template() {
	local new
	new=$(mktemp -d "$TURNOUT_TEMPLATE.XXXXXX")
	cp -a "$state/db/data.new" "$new/data"
	mv -T "$new" "$TURNOUT_TEMPLATE" 2>/dev/null || rm -rf "$new"   # another start was faster
}

# pg_ident.conf: which user of this machine may log in as whom.
cluster_people() {
	local me
	me=$(id -un)
	printf 'turnout %s %s\n' "$me" turnout "$me" turnout_app "$db_user" turnout "$app_user" turnout_app
}

# cluster_sql DATABASE STATEMENT
cluster_sql() {
	PGHOST=$state/db PGUSER=turnout PGDATABASE=$1 \
		"$postgres_bin/psql" -X -q -v ON_ERROR_STOP=1 >/dev/null 9>&- <<<"$2"
}

postgres_start() {
	"${as_db[@]}" "$postgres_bin/pg_ctl" start --silent --wait --pgdata "$state/db/data" --log "$state/log/postgres.log" \
		--options "-c unix_socket_directories=$state/db" </dev/null >/dev/null 2>&1 9>&- ||
		die "PostgreSQL did not start: $(tail -n 1 "$state/log/postgres.log")"
	record postgres "$(head -n 1 "$state/db/data/postmaster.pid")"
}

# postgres_stop fast|immediate
postgres_stop() {
	if pid_of postgres >/dev/null; then
		"${as_db[@]}" "$postgres_bin/pg_ctl" stop --silent --wait --mode "$1" --pgdata "$state/db/data" \
			>/dev/null 2>&1 9>&- || stop postgres INT
	fi
	rm -f "$state/pids/postgres"
}
