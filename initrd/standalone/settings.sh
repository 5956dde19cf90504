# shellcheck shell=sh disable=SC2154 # base.sh has set them
# settings.sh - what the machine was told: built in, packed in, on its kernel
# command line
#
# A setting is a word KEY=VALUE. They come from, later ones winning,
#     /etc/p2v/defaults    p2v-initrd build
#     /etc/p2v/settings    p2v-initrd configure --set
#     /proc/cmdline
# in the kernel's own syntax: words separated by blanks or lines, with double
# quotes around what holds blanks. In the values of p2v.* settings, %XX stands
# for a byte as in an URL, so that a key needs no quotes, which some boot
# loaders eat: p2v.authorized_key=ssh-ed25519%20AAAA... . Keys of settings may
# be spelled with - or _.

# settings_words: from stdin, one KEY=VALUE a line. What cannot be in a line
# (a decoded line end or another control character) is dropped.
settings_words() {
	awk '
	function hex(c) { return index("0123456789abcdef", tolower(c)) - 1 }
	function decode(text,    out, i, c, high, low) {
		out = ""
		for (i = 1; i <= length(text); i++) {
			c = substr(text, i, 1)
			if (c == "%" && i + 2 <= length(text)) {
				high = hex(substr(text, i + 1, 1))
				low = hex(substr(text, i + 2, 1))
				if (high >= 0 && low >= 0) {
					i += 2
					c = high * 16 + low < 32 ? "" : sprintf("%c", high * 16 + low)
				}
			}
			out = out c
		}
		return out
	}
	function emit(word,    at, key, value) {
		at = index(word, "=")
		key = at ? substr(word, 1, at - 1) : word
		value = at ? substr(word, at + 1) : ""
		gsub(/-/, "_", key)
		if (key ~ /^p2v\./)
			value = decode(value)
		print key "=" value
	}
	{ text = text $0 " " }
	END {
		word = ""; quoted = 0; have = 0
		for (i = 1; i <= length(text); i++) {
			c = substr(text, i, 1)
			if (c == "\"") { quoted = !quoted; have = 1; continue }
			if (!quoted && (c == " " || c == "\t")) {
				if (have) emit(word)
				word = ""; have = 0
				continue
			}
			word = word c; have = 1
		}
		if (have) emit(word)
	}'
}

settings_read() {
	for settings_file in "$p2v_etc/p2v/defaults" "$p2v_etc/p2v/settings" "$p2v_proc/cmdline"; do
		[ ! -r "$settings_file" ] || settings_words <"$settings_file"
	done >"$p2v_run/settings"
}

# settings_all KEY: every value, a line each, in the order of the sources.
settings_all() {
	sed -n "s/^$1=//p" "$p2v_run/settings"
}

# settings_get KEY [DEFAULT]: the value that wins.
settings_get() {
	settings_value=$(settings_all "$1" | tail -n 1)
	printf '%s\n' "${settings_value:-${2:-}}"
}

# settings_number KEY DEFAULT: the same, but a number.
settings_number() {
	settings_value=$(settings_get "$1" "$2")
	case $settings_value in
	'' | *[!0-9]* | ??????*)
		say "$1=$settings_value is not a number: using $2"
		settings_value=$2
		;;
	esac
	printf '%s\n' "$settings_value"
}

# settings_has KEY: was it given at all?
settings_has() { grep -q "^$1=" "$p2v_run/settings"; }

# settings_mode: sets p2v_mode. A word that is no mode must not turn a boot
# loader into something that can be erased: then it is what was built.
settings_mode() {
	settings_modes=$(settings_all p2v.mode | grep -x -E 'receive|loader|menu')
	p2v_mode=$(settings_get p2v.mode receive)
	case $p2v_mode in
	receive | loader | menu) return 0 ;;
	esac
	settings_modes=$(printf '%s\n' "$settings_modes" | head -n 1)
	say "p2v.mode=$p2v_mode is not receive, loader or menu: using ${settings_modes:-receive}"
	p2v_mode=${settings_modes:-receive}
}
