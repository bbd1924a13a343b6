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
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -f -a "hash" -d 'Compute the Messenger user_hash that stops impersonation, or say why one is wrong'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -f -a "jwt" -d 'Sign, verify and explain the Messenger\'s tokens (JWT), which replace the user_hash'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -f -a "verify-webhook" -d 'Check a saved webhook payload against its signature'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -f -a "sign-webhook" -d 'Make test deliveries of webhooks, and post them to an endpoint'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -f -a "listen" -d 'Receive webhooks on this machine: verify, show, save and forward them'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -f -a "check-token" -d 'Ask Intercom whether an access token is live, and whose it is'
complete -c intercom-sec -n "__fish_intercom_sec_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l rules -d 'What to look for' -r -f -a "tokens\t'Access tokens, which are known by their format'
all\t'Also identity, client and webhook secrets assigned to a name that says so, by shape and randomness: medium confidence, and slower'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l range -d 'Scan only what B reaches and A does not; again for more ranges, each for itself' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l since -d 'Scan only what HEAD reaches and REV does not: `--range REV..HEAD`' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l not -d 'Leave out what REV reaches, in each range or, without one, in what HEAD reaches' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l not-remotes -d 'Leave out what the remote-tracking branches reach, all of them or those of one remote' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l allow-missing -d 'Accept that the object with this full id is missing or damaged; again for more' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l format -d 'How to show the result' -r -f -a "human\t'Text for people'
json\t'One JSON document'
ndjson\t'One JSON record a line: each finding, then the coverage'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l threads -d 'How many threads read objects, up to 512 [default: one for each core]' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l cache-dir -d 'Where scans are remembered [env: INTERCOM_SEC_CACHE_DIR] [default: intercom-sec in the user\'s cache directory]' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l staged -d 'Read only what is staged: what the next commit would bring'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l worktree -d 'Read the working tree too: files that git would add, and tracked files as they are on disk'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l allow-shallow -d 'Accept that a shallow clone lacks the history before its boundary'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l allow-partial -d 'Accept that a partial clone lacks what its remote has promised to deliver'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -l no-cache -d 'Read everything again, and remember nothing'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand scan-git" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l ids -d 'A file of user ids or emails, one a line; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l csv -d 'A CSV file with a column of user ids or emails; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l settings -d 'A saved page, script or JSON file whose Messenger settings are checked; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l verify -d 'Compare with this hash in constant time instead: exit status 0 if it matches, 1 if not' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l also-email -d 'The email that is sent beside the user id VALUE, to explain a mismatch with' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l app-id -d 'The workspace\'s app id, for the snippet' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l column -d 'The column of the ids: its name, or its number from 1' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l hash-column -d 'The column of the hashes to compare: its name, or its number from 1' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l email-column -d 'The column of the emails that are sent beside the ids, to explain mismatches with' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l delimiter -d 'What stands between the fields of the CSV file: one character, or `tab`' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l threads -d 'How many threads compute, up to 512 [default: one for each core]' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l format -d 'How to show the result' -r -f -a "text\t'The hash alone; of a list, one a line'
json\t'One JSON document'
snippet\t'JavaScript that sets window.intercomSettings'
csv\t'Of a list: the input, and a column user_hash (or verdict and cause)'
ndjson\t'Of a list: one JSON record a line, then a summary'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l platform -d 'The platform whose secret is used: each has its own' -r -f -a "web\t'Pages'
ios\t'Apps on iOS'
android\t'Apps on Android'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l secret-file -d 'The file with the secret; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l secret-env -d 'The name of the environment variable with the secret' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l web-secret-file -d 'The file with the secret of the web' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l ios-secret-file -d 'The file with the secret of iOS' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l android-secret-file -d 'The file with the secret of Android' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l email -d 'VALUE is an email, whatever it looks like'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l user-id -d 'VALUE is a user id, whatever it looks like'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -l no-header -d 'The first row of the CSV file is a row like the others'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand hash" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and not __fish_seen_subcommand_from sign verify explain migrate" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and not __fish_seen_subcommand_from sign verify explain migrate" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and not __fish_seen_subcommand_from sign verify explain migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and not __fish_seen_subcommand_from sign verify explain migrate" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and not __fish_seen_subcommand_from sign verify explain migrate" -f -a "sign" -d 'Sign a token for one user and print it'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and not __fish_seen_subcommand_from sign verify explain migrate" -f -a "verify" -d 'Verify a token: exit status 0 if the Messenger would take it, 1 if not'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and not __fish_seen_subcommand_from sign verify explain migrate" -f -a "explain" -d 'Show what a token says, and which rules it breaks; the secret is not needed'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and not __fish_seen_subcommand_from sign verify explain migrate" -f -a "migrate" -d 'Print what to change to go from user_hash to tokens'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -l user-id -d 'The id of the user in your own system' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -l email -d 'The user\'s email' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -l claims -d 'A JSON file with an object of further attributes to sign; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -l expires-in -d 'When the token ends: a number and s, m, h or d' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -l format -d 'How to show the result' -r -f -a "human\t'Text for people'
json\t'One JSON document'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -l platform -d 'The platform whose secret is used: each has its own' -r -f -a "web\t'Pages'
ios\t'Apps on iOS'
android\t'Apps on Android'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -l secret-file -d 'The file with the secret; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -l secret-env -d 'The name of the environment variable with the secret' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -l web-secret-file -d 'The file with the secret of the web' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -l ios-secret-file -d 'The file with the secret of iOS' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -l android-secret-file -d 'The file with the secret of Android' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from sign" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from verify" -l jwt-file -d 'The file with the token; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from verify" -l format -d 'How to show the result' -r -f -a "human\t'Text for people'
json\t'One JSON document'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from verify" -l platform -d 'The platform whose secret is used: each has its own' -r -f -a "web\t'Pages'
ios\t'Apps on iOS'
android\t'Apps on Android'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from verify" -l secret-file -d 'The file with the secret; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from verify" -l secret-env -d 'The name of the environment variable with the secret' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from verify" -l web-secret-file -d 'The file with the secret of the web' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from verify" -l ios-secret-file -d 'The file with the secret of iOS' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from verify" -l android-secret-file -d 'The file with the secret of Android' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from verify" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from verify" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from explain" -l jwt-file -d 'The file with the token; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from explain" -l format -d 'How to show the result' -r -f -a "human\t'Text for people'
json\t'One JSON document'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from explain" -l platform -d 'The platform whose secret is used: each has its own' -r -f -a "web\t'Pages'
ios\t'Apps on iOS'
android\t'Apps on Android'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from explain" -l secret-file -d 'The file with the secret; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from explain" -l secret-env -d 'The name of the environment variable with the secret' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from explain" -l web-secret-file -d 'The file with the secret of the web' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from explain" -l ios-secret-file -d 'The file with the secret of iOS' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from explain" -l android-secret-file -d 'The file with the secret of Android' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from explain" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from explain" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from explain" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from migrate" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from migrate" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand jwt; and __fish_seen_subcommand_from migrate" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l signature -d 'The value of the signature\'s header, or the whole header line' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l headers -d 'A file of HTTP headers to take the signature from; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l input -d 'What PAYLOAD is, where its name and first bytes do not tell' -r -f -a "auto\t'By its name and first bytes'
raw\t'A body alone'
request\t'A saved HTTP request'
har\t'An HTTP archive'
ndjson\t'A JSON object a line'
directory\t'A directory of saved HTTP requests'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l fix -d 'Print code that verifies the raw body, for this framework' -r -f -a "express\t'Node'
flask\t'Python'
rails\t'Ruby'
laravel\t'PHP'
axum\t'Rust'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l format -d 'How to show the result' -r -f -a "human\t'Text for people'
json\t'One JSON document'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l secret-file -d 'A file with a secret; `-` is standard input; again for further secrets' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l secret-env -d 'The name of an environment variable with a secret; again for further ones' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l fin-secret-file -d 'A file with a secret for X-Fin-Agent-API-Webhook-Signature alone' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l fin-secret-env -d 'The name of an environment variable with such a secret' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand verify-webhook" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -l topic -d 'Make a notification of this topic' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -l scheme -d 'Which of Intercom\'s signatures to make' -r -f -a "hub\t'X-Hub-Signature'
body\t'X-Body-Signature'
fin\t'X-Fin-Agent-API-Webhook-Signature'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -l output -d 'What to print; without it, a header for PAYLOAD and a request for --topic' -r -f -a "header\t'The line of the signature\'s header'
request\t'The whole HTTP request'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -l send-to -d 'Post the delivery to this address, and show the answer' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -l format -d 'How to show the result' -r -f -a "human\t'Text for people'
json\t'One JSON document'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -l secret-file -d 'The file with the secret; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -l secret-env -d 'The name of the environment variable with the secret' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -l list-topics -d 'Show the topics that there are templates for'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -l allow-remote -d 'Let --send-to be another machine, over HTTPS'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand sign-webhook" -s V -l version -d 'Print version'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l port -d 'The port; 0 takes a free one, which the first line of the output names' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l host -d 'The address to listen on; others than this machine\'s own let others in' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l forward-to -d 'Send verified deliveries on to this address, as they came' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l forward-timeout -d 'Seconds until the target has to have answered' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l save -d 'Save each verified delivery in this directory, before it is acknowledged' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l max-body -d 'The longest body that is read, as 500000, 512KiB or 10MiB' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l exit-after -d 'Stop after N verified deliveries; exit status 1 if any other was refused' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l format -d 'How to show what comes' -r -f -a "human\t'A line for each delivery'
ndjson\t'One JSON record a line'"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l secret-file -d 'A file with a secret; `-` is standard input; again for further secrets' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l secret-env -d 'The name of an environment variable with a secret; again for further ones' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l fin-secret-file -d 'A file with a secret for X-Fin-Agent-API-Webhook-Signature alone' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l fin-secret-env -d 'The name of an environment variable with such a secret' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l settings-app-id -d 'Answer with app_id, user_id and user_hash for the subject of the bearer token' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l identity-secret-file -d 'The file with the identity verification secret of the web; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l identity-secret-env -d 'The name of the environment variable with the identity verification secret' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l bearer-key-file -d 'The file with the key of bearer tokens; `-` is standard input' -r -F
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l bearer-key-env -d 'The name of the environment variable with the key of bearer tokens' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l settings-origin -d 'The one other origin whose pages may ask, as http://localhost:5173 [default: none]' -r
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l color -d 'When to use colour, decided for each stream' -r -f -a "auto\t''
always\t''
never\t''"
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l forward-anywhere -d 'Let --forward-to name another machine'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -l keep-duplicates -d 'Take a delivery whose id was there before like any other'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -s q -l quiet -d 'Show no report, notes or progress: the exit status tells'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand listen" -s V -l version -d 'Print version'
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
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash jwt verify-webhook sign-webhook listen check-token help" -f -a "scan-git" -d 'Find leaked Intercom access tokens anywhere in a git repository'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash jwt verify-webhook sign-webhook listen check-token help" -f -a "hash" -d 'Compute the Messenger user_hash that stops impersonation, or say why one is wrong'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash jwt verify-webhook sign-webhook listen check-token help" -f -a "jwt" -d 'Sign, verify and explain the Messenger\'s tokens (JWT), which replace the user_hash'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash jwt verify-webhook sign-webhook listen check-token help" -f -a "verify-webhook" -d 'Check a saved webhook payload against its signature'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash jwt verify-webhook sign-webhook listen check-token help" -f -a "sign-webhook" -d 'Make test deliveries of webhooks, and post them to an endpoint'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash jwt verify-webhook sign-webhook listen check-token help" -f -a "listen" -d 'Receive webhooks on this machine: verify, show, save and forward them'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash jwt verify-webhook sign-webhook listen check-token help" -f -a "check-token" -d 'Ask Intercom whether an access token is live, and whose it is'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and not __fish_seen_subcommand_from scan-git hash jwt verify-webhook sign-webhook listen check-token help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and __fish_seen_subcommand_from jwt" -f -a "sign" -d 'Sign a token for one user and print it'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and __fish_seen_subcommand_from jwt" -f -a "verify" -d 'Verify a token: exit status 0 if the Messenger would take it, 1 if not'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and __fish_seen_subcommand_from jwt" -f -a "explain" -d 'Show what a token says, and which rules it breaks; the secret is not needed'
complete -c intercom-sec -n "__fish_intercom_sec_using_subcommand help; and __fish_seen_subcommand_from jwt" -f -a "migrate" -d 'Print what to change to go from user_hash to tokens'
