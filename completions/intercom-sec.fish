# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_intercom_sec_global_optspecs
    string join \n color= q/quiet h/help V/version
end

function __fish_intercom_sec_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_intercom_sec_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_intercom_sec_using_subcommand
    set -l cmd (__fish_intercom_sec_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -f -a "scan-git" -d 'Find leaked Intercom access tokens anywhere in a git repository'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -f -a "hash" -d 'Compute the Messenger user_hash that stops impersonation'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -f -a "verify-webhook" -d 'Check a saved webhook payload against its signature'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -f -a "check-token" -d 'Ask Intercom whether an access token is live, and whose it is'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l range -d 'Scan only what B reaches and A does not; again for more ranges, each for itself' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l since -d 'Scan only what HEAD reaches and REV does not: `--range REV..HEAD`' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l not -d 'Leave out what REV reaches, in each range or, without one, in what HEAD reaches' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l not-remotes -d 'Leave out what the remote-tracking branches reach, all of them or those of one remote' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l format -d 'How to show the result' -r -f -a "human\t'Text for people'
json\t'One JSON document'
ndjson\t'One JSON record a line: each finding, then the coverage'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l threads -d 'How many threads read objects, up to 512 [default: one for each core]' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l cache-dir -d 'Where scans are remembered [default: intercom-sec in the user\'s cache directory]' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l staged -d 'Read only what is staged: what the next commit would bring'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l no-cache -d 'Read everything again, and remember nothing'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l verify -d 'Compare with this hash in constant time instead: exit status 0 if it matches, 1 if not' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l app-id -d 'The workspace\'s app id, for the snippet' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l format -d 'How to show the result' -r -f -a "text\t'The hash alone'
json\t'One JSON document'
snippet\t'JavaScript that sets window.intercomSettings'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l secret-file -d 'The file with the secret; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l secret-env -d 'The name of the environment variable with the secret' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l email -d 'VALUE is an email, whatever it looks like'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l user-id -d 'VALUE is a user id, whatever it looks like'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l signature -d 'The value of the X-Hub-Signature header: `sha1=` and 40 hex digits' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l headers -d 'A file of HTTP headers to take the signature from; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l format -d 'How to show the result' -r -f -a "human\t'Text for people'
json\t'One JSON document'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l secret-file -d 'The file with the secret; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l secret-env -d 'The name of the environment variable with the secret' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand check-token" -l token-file -d 'The file with the token; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand check-token" -l token-env -d 'The name of the environment variable with the token' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand check-token" -l region -d 'The region whose host is asked [env: INTERCOM_REGION]; `us` routes to the right one by itself' -r -f -a "us\t'api.intercom.io'
eu\t'api.eu.intercom.io'
au\t'api.au.intercom.io'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand check-token" -l base-url -d 'Another address of the API [env: INTERCOM_API_BASE_URL]; HTTPS, or HTTP to this machine' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand check-token" -l timeout -d 'Seconds until an attempt is given up' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand check-token" -l retries -d 'How often to ask again after a passing failure' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand check-token" -l format -d 'How to show the result' -r -f -a "human\t'Text for people'
json\t'One JSON document'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand check-token" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand check-token" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand check-token" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand check-token" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash verify-webhook check-token help" -f -a "scan-git" -d 'Find leaked Intercom access tokens anywhere in a git repository'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash verify-webhook check-token help" -f -a "hash" -d 'Compute the Messenger user_hash that stops impersonation'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash verify-webhook check-token help" -f -a "verify-webhook" -d 'Check a saved webhook payload against its signature'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash verify-webhook check-token help" -f -a "check-token" -d 'Ask Intercom whether an access token is live, and whose it is'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash verify-webhook check-token help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
