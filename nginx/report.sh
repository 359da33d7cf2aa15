# report.sh - what `up` says when all is ready: the funnel, and lines to copy. Read by up.
# shellcheck shell=bash disable=SC2154

report() {
	local curl=curl auth at
	at=$(printf %q "$dir")
	[ -z "${http_proxy-}${all_proxy-}${ALL_PROXY-}" ] || curl="curl --noproxy '*'"
	auth="-H \"Authorization: Bearer \$(cat $at/token)\""
	if [ -z "$empty" ]; then
		echo
		turnout funnel --workspace "$workspace"
	fi
	cat <<-END

		Turnout is ready at $url

		The funnel and the bookings, as programs see them:
		  $curl $auth $url/api/clients/$workspace/funnel
		  $curl $auth "$url/api/clients/$workspace/bookings?limit=3"
		A signed webhook, and the funnel for people:
		  . $at/env
		  body='$(example_delivery)'
		  $curl -H "X-Cal-Signature-256: \$(printf %s "\$body" | openssl dgst -sha256 -hmac "\$CALCOM_WEBHOOK_SECRET" -r | cut -c1-64)" --json "\$body" \$TURNOUT_URL/api/webhooks/calcom/\$TURNOUT_CONNECTION
		  \$TURNOUT_BIN/turnout funnel --workspace \$TURNOUT_WORKSPACE
		Logs are in $at/log, settings in $at/env.
	END
}

# One of the sample's interested leads books at last.
example_delivery() {
	local start
	start=$(date -ud '+2 days' +%FT%H)
	printf '{"triggerEvent":"BOOKING_CREATED","createdAt":"%s","payload":{"uid":"try-1","title":"Intro",' "$(date -u +%FT%TZ)"
	printf '"startTime":"%s:00:00Z","endTime":"%s:30:00Z",' "$start" "$start"
	printf '"attendees":[{"name":"Lukas Brandt","email":"lukas.brandt@rechnungswerk.test"}]}}'
}
