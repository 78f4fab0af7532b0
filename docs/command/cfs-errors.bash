_cfs-errors() {
    local IFS=$' \t\n'
    local args cur prev cmd opts arg
    args=("${COMP_WORDS[@]}")
    cur="${COMP_WORDS[COMP_CWORD]}"
    prev="${COMP_WORDS[COMP_CWORD-1]}"
    opts="--json --version -h --help"

    args=("${args[@]:1}")
    for arg in "${args[@]}"; do
        case "$arg" in
            explain)
                cmd="explain"
                opts="$opts -h --help"
                break
                ;;
            list)
                cmd="list"
                opts="$opts -h --help"
                break
                ;;
            search)
                cmd="search"
                opts="$opts -h --help"
                break
                ;;
            import)
                cmd="import"
                opts="$opts --service -h --help"
                break
                ;;
            retry)
                cmd="retry"
                opts="$opts --method --token --attempt -h --help"
                break
                ;;
        esac
    done

    case "$cmd" in
        '')
            COMPREPLY=($(compgen -W "explain list search import retry" -- "$cur"))
            ;;
        'import')
            case "$prev" in
                --service)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
        'retry')
            case "$prev" in
                --method)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --token)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --attempt)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
    esac

    if [[ "$cur" = -* ]]; then
        COMPREPLY=($(compgen -W "$opts" -- "$cur"))
    fi
}

complete -F _cfs-errors -o bashdefault -o default cfs-errors
