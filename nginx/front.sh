# front.sh - the nginx of an instance: its settings, its port, its start. Read by up.
# shellcheck shell=bash disable=SC2154

# free_port N: N itself, or with 0 any, if the programs' user may listen there; else why not, on stderr.
free_port() {
	# shellcheck disable=SC2016
	"${as_app[@]}" perl -MIO::Socket::INET -e '
		my $socket = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => shift, Listen => 1, ReuseAddr => 1)
			or die "$!\n";
		print $socket->sockport;' "$1"
}

front_check_port() {
	local why
	why=$(free_port "$port" 2>&1 >/dev/null) ||
		die "port $port: $why; choose another with --port N, or let --port 0 choose a free one"
}

front_start() {
	local chosen
	front_configure
	# Between choosing a free port and taking it another program may be faster: try again.
	for _ in 1 2 3 4 5; do
		chosen=$(free_port "$port") || die "port $port was taken meanwhile; choose another with --port N"
		cat >"$state/nginx/turnout/listen.conf" <<-END
			listen 127.0.0.1:$chosen;
			access_log $state/log/nginx-access.log turnout;
			error_log $state/log/nginx-error.log crit;
		END
		rm -f "$state/nginx/tmp/pid"
		launch nginx nginx -e stderr -p "$state/nginx" -c "$state/nginx/nginx.conf" -g 'daemon off;'
		url=http://127.0.0.1:$chosen
		! front_answers || return 0
		if [ "$port" != 0 ] || pid_of nginx >/dev/null; then
			break
		fi
	done
	die "nginx did not answer: $(tail -n 1 "$state/log/nginx.log")"$'\n'"The logs in $dir/log may say why."
}

front_configure() {
	local program
	cp "$here"/turnout.conf "$state/nginx/"
	cp "$here"/fastcgi.conf "$state/nginx/turnout/"
	for program in "${!workers[@]}"; do
		printf 'upstream turnout_%s { server unix:%s max_fails=0; server unix:%s max_fails=0; }\n' "$program" "$state/sock/$program"{,}
	done >"$state/nginx/turnout/programs.conf"
	cat >"$state/nginx/nginx.conf" <<-END
		pid $state/nginx/tmp/pid;
		worker_processes auto;
		events { worker_connections 1024; }
		http {
		    client_body_temp_path $state/nginx/tmp/body;
		    fastcgi_temp_path $state/nginx/tmp/fastcgi;
		    proxy_temp_path $state/nginx/tmp/proxy;
		    scgi_temp_path $state/nginx/tmp/scgi;
		    uwsgi_temp_path $state/nginx/tmp/uwsgi;
		    include turnout.conf;
		}
	END
}

# Healthy within 30 s. The pid file is written after the port was taken, so it is our nginx that answers.
front_answers() {
	local try program
	for ((try = 0; try < 300; try++)); do
		pid_of nginx >/dev/null || return
		for program in "${!workers[@]}"; do
			pid_of "$program" >/dev/null || die "the program \"$program\" ended: $(last_words "$program")"
		done
		[ -s "$state/nginx/tmp/pid" ] && curl -fsS --noproxy '*' -m 5 -o "$state/sample/health" "$url/healthz" \
			2>/dev/null 9>&- && return
		sleep 0.1
	done
	return 1
}

# The last line of a program's log that is not its supervisor's.
last_words() {
	grep -v -e '^Spawning child' -e '^Child\[' "$state/log/$1.log" | tail -n 1
}
