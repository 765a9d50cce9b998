# For scripts, right after the comment at their beginning. Answers --help and -h with that comment, and refuses options that its
# usage does not name. What follows `--` is not looked at. Usage: . "$(dirname "$0")/usage.bash"
usage_text() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; }
usage_options() { usage_text | sed -n '/^Usage:/,$p' | grep -oE -e '--?[a-z][a-z-]*'; }
usage_refuse() { # what is wrong
    echo "$(basename "$0"): $1; see $0 --help" >&2
    exit 2
}
for usage_word in "$@"; do
    case $usage_word in
    --) break ;;
    -h | --help) usage_text && exit 0 ;;
    -*) [[ $'\n'$(usage_options)$'\n' == *$'\n'"$usage_word"$'\n'* ]] || usage_refuse "'$usage_word' is no option" ;;
    esac
done
