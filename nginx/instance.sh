# instance.sh - where an instance keeps its things, and how its processes start, are known, and stop.
# Read by up and down (and by tests, which stop single parts).
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# Nothing runs as root: there PostgreSQL and the programs get the users that Debian's packages made for them.
if [ "$(id -u)" = 0 ]; then
	db_user=postgres
	app_user=www-data
	as_db=(env HOME=/nonexistent setpriv "--reuid=$db_user" "--regid=$db_user" --init-groups --)
	as_app=(env HOME=/nonexistent setpriv "--reuid=$app_user" "--regid=$app_user" --init-groups --)
else
	db_user=$(id -un)
	app_user=$db_user
	as_db=()
	as_app=()
fi

# Where Debian keeps nginx and spawn-fcgi's neighbours; not in everybody's PATH.
PATH=$PATH:/usr/sbin:/sbin

# Sets dir, what the operator calls the run directory, and state, where things are. That is dir itself, unless the users
# above cannot get there (a clone below /root), a socket's path would pass its limit of 107 bytes, or nginx's and
# PostgreSQL's settings would need quoting.
locate() {
	dir=$(realpath -m -- "$1")
	state=$dir
	local elsewhere
	elsewhere=/var/tmp/turnout-$(id -u)-$(printf %s "$dir" | sha256sum | cut -c1-12)
	if [ -e "$elsewhere" ] || ! usable "$dir"; then
		state=$elsewhere
	fi
}

usable() {
	[[ ${#1} -le 80 && $1 =~ ^[/0-9A-Za-z._+-]+$ ]] || return
	[ ! -d "$1" ] || { "${as_db[@]}" test -x "$1" && "${as_app[@]}" test -x "$1"; } 2>/dev/null
}

# When the process was started, in ticks since boot: together with the pid it names a process for good. Nothing when
# there is no such process, or only its remains.
born() {
	local stat
	{ stat=$(<"/proc/$1/stat"); } 2>/dev/null || return
	# shellcheck disable=SC2086  # fields of proc(5), those after the name of the program
	set -- ${stat##*) }
	[ "$1" != Z ] && echo "${20}"
}

# record NAME PID
record() { echo "$2 $(born "$2")" >"$state/pids/$1"; }

# The pid of a process that was recorded, if it is still that process and not another with its number.
pid_of() {
	local pid ticks
	{ read -r pid ticks <"$state/pids/$1"; } 2>/dev/null && [ -n "$ticks" ] && [ "$(born "$pid")" = "$ticks" ] && echo "$pid"
}

# launch NAME COMMAND... as the programs' user, in a session of its own, so that Ctrl-C is ours to handle.
launch() {
	local name=$1
	shift
	"${as_app[@]}" setsid "$@" </dev/null >>"$state/log/$name.log" 2>&1 9>&- &
	record "$name" $!
}

# stop NAME SIGNAL: asks, waits 10 s, then does not ask.
stop() {
	local pid tries
	if pid=$(pid_of "$1"); then
		kill -s "$2" "$pid" 2>/dev/null || true
		for ((tries = 0; tries < 200; tries++)); do
			pid_of "$1" >/dev/null || break
			sleep 0.05
		done
		# The group as well: a supervisor that had to be killed leaves its programs behind.
		! pid_of "$1" >/dev/null || kill -s KILL -- "-$pid" "$pid" 2>/dev/null || true
	elif { read -r pid tries <"$state/pids/$1"; } 2>/dev/null && [ ! -e "/proc/$pid" ]; then
		# A leader that was killed leaves its group behind. The number stays the group's as long as one of it lives.
		kill -s TERM -- "-$pid" 2>/dev/null || true
	fi
	rm -f "$state/pids/$1"
}

# What runs here, by name, one a line.
running() {
	local file
	for file in "$state"/pids/*; do
		! pid_of "${file##*/}" >/dev/null || echo "${file##*/}"
	done
}

# The front door first, so that no request finds half a house.
stop_everything() {
	local name
	stop nginx QUIT
	local file
	for file in "$state"/pids/*; do
		name=${file##*/}
		[ "$name" = '*' ] || [ "$name" = postgres ] || [ "$name" = up ] || stop "$name" TERM
	done
	postgres_stop fast
	rm -f "$state"/sock/*
}

# shellcheck source=postgres.sh
. "$(dirname "${BASH_SOURCE[0]}")/postgres.sh"
