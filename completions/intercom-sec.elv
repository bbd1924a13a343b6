
use builtin;
use str;

set edit:completion:arg-completer[intercom-sec] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'intercom-sec'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'intercom-sec'= {
            cand --color 'When to use colour, decided for each stream'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand scan-git 'Find leaked Intercom access tokens anywhere in a git repository'
            cand hash 'Compute the Messenger user_hash that stops impersonation, or say why one is wrong'
            cand jwt 'Sign, verify and explain the Messenger''s tokens (JWT), which replace the user_hash'
            cand verify-webhook 'Check a saved webhook payload against its signature'
            cand sign-webhook 'Make test deliveries of webhooks, and post them to an endpoint'
            cand listen 'Receive webhooks on this machine: verify, show, save and forward them'
            cand check-token 'Ask Intercom whether an access token is live, and whose it is'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'intercom-sec;scan-git'= {
            cand --rules 'What to look for'
            cand --range 'Scan only what B reaches and A does not; again for more ranges, each for itself'
            cand --since 'Scan only what HEAD reaches and REV does not: `--range REV..HEAD`'
            cand --not 'Leave out what REV reaches, in each range or, without one, in what HEAD reaches'
            cand --not-remotes 'Leave out what the remote-tracking branches reach, all of them or those of one remote'
            cand --allow-missing 'Accept that the object with this full id is missing or damaged; again for more'
            cand --format 'How to show the result'
            cand --threads 'How many threads read objects, up to 512 [default: one for each core]'
            cand --cache-dir 'Where scans are remembered [env: INTERCOM_SEC_CACHE_DIR] [default: intercom-sec in the user''s cache directory]'
            cand --color 'When to use colour, decided for each stream'
            cand --staged 'Read only what is staged: what the next commit would bring'
            cand --worktree 'Read the working tree too: files that git would add, and tracked files as they are on disk'
            cand --allow-shallow 'Accept that a shallow clone lacks the history before its boundary'
            cand --allow-partial 'Accept that a partial clone lacks what its remote has promised to deliver'
            cand --no-cache 'Read everything again, and remember nothing'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'intercom-sec;hash'= {
            cand --ids 'A file of user ids or emails, one a line; `-` is standard input'
            cand --csv 'A CSV file with a column of user ids or emails; `-` is standard input'
            cand --settings 'A saved page, script or JSON file whose Messenger settings are checked; `-` is standard input'
            cand --verify 'Compare with this hash in constant time instead: exit status 0 if it matches, 1 if not'
            cand --also-email 'The email that is sent beside the user id VALUE, to explain a mismatch with'
            cand --app-id 'The workspace''s app id, for the snippet'
            cand --column 'The column of the ids: its name, or its number from 1'
            cand --hash-column 'The column of the hashes to compare: its name, or its number from 1'
            cand --email-column 'The column of the emails that are sent beside the ids, to explain mismatches with'
            cand --delimiter 'What stands between the fields of the CSV file: one character, or `tab`'
            cand --threads 'How many threads compute, up to 512 [default: one for each core]'
            cand --format 'How to show the result'
            cand --platform 'The platform whose secret is used: each has its own'
            cand --secret-file 'The file with the secret; `-` is standard input'
            cand --secret-env 'The name of the environment variable with the secret'
            cand --web-secret-file 'The file with the secret of the web'
            cand --ios-secret-file 'The file with the secret of iOS'
            cand --android-secret-file 'The file with the secret of Android'
            cand --color 'When to use colour, decided for each stream'
            cand --email 'VALUE is an email, whatever it looks like'
            cand --user-id 'VALUE is a user id, whatever it looks like'
            cand --no-header 'The first row of the CSV file is a row like the others'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'intercom-sec;jwt'= {
            cand --color 'When to use colour, decided for each stream'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand sign 'Sign a token for one user and print it'
            cand verify 'Verify a token: exit status 0 if the Messenger would take it, 1 if not'
            cand explain 'Show what a token says, and which rules it breaks; the secret is not needed'
            cand migrate 'Print what to change to go from user_hash to tokens'
        }
        &'intercom-sec;jwt;sign'= {
            cand --user-id 'The id of the user in your own system'
            cand --email 'The user''s email'
            cand --claims 'A JSON file with an object of further attributes to sign; `-` is standard input'
            cand --expires-in 'When the token ends: a number and s, m, h or d'
            cand --format 'How to show the result'
            cand --platform 'The platform whose secret is used: each has its own'
            cand --secret-file 'The file with the secret; `-` is standard input'
            cand --secret-env 'The name of the environment variable with the secret'
            cand --web-secret-file 'The file with the secret of the web'
            cand --ios-secret-file 'The file with the secret of iOS'
            cand --android-secret-file 'The file with the secret of Android'
            cand --color 'When to use colour, decided for each stream'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'intercom-sec;jwt;verify'= {
            cand --jwt-file 'The file with the token; `-` is standard input'
            cand --format 'How to show the result'
            cand --platform 'The platform whose secret is used: each has its own'
            cand --secret-file 'The file with the secret; `-` is standard input'
            cand --secret-env 'The name of the environment variable with the secret'
            cand --web-secret-file 'The file with the secret of the web'
            cand --ios-secret-file 'The file with the secret of iOS'
            cand --android-secret-file 'The file with the secret of Android'
            cand --color 'When to use colour, decided for each stream'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'intercom-sec;jwt;explain'= {
            cand --jwt-file 'The file with the token; `-` is standard input'
            cand --format 'How to show the result'
            cand --platform 'The platform whose secret is used: each has its own'
            cand --secret-file 'The file with the secret; `-` is standard input'
            cand --secret-env 'The name of the environment variable with the secret'
            cand --web-secret-file 'The file with the secret of the web'
            cand --ios-secret-file 'The file with the secret of iOS'
            cand --android-secret-file 'The file with the secret of Android'
            cand --color 'When to use colour, decided for each stream'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'intercom-sec;jwt;migrate'= {
            cand --color 'When to use colour, decided for each stream'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'intercom-sec;verify-webhook'= {
            cand --signature 'The value of the signature''s header, or the whole header line'
            cand --headers 'A file of HTTP headers to take the signature from; `-` is standard input'
            cand --input 'What PAYLOAD is, where its name and first bytes do not tell'
            cand --fix 'Print code that verifies the raw body, for this framework'
            cand --format 'How to show the result'
            cand --secret-file 'A file with a secret; `-` is standard input; again for further secrets'
            cand --secret-env 'The name of an environment variable with a secret; again for further ones'
            cand --fin-secret-file 'A file with a secret for X-Fin-Agent-API-Webhook-Signature alone'
            cand --fin-secret-env 'The name of an environment variable with such a secret'
            cand --color 'When to use colour, decided for each stream'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'intercom-sec;sign-webhook'= {
            cand --topic 'Make a notification of this topic'
            cand --scheme 'Which of Intercom''s signatures to make'
            cand --output 'What to print; without it, a header for PAYLOAD and a request for --topic'
            cand --send-to 'Post the delivery to this address, and show the answer'
            cand --format 'How to show the result'
            cand --secret-file 'The file with the secret; `-` is standard input'
            cand --secret-env 'The name of the environment variable with the secret'
            cand --color 'When to use colour, decided for each stream'
            cand --list-topics 'Show the topics that there are templates for'
            cand --allow-remote 'Let --send-to be another machine, over HTTPS'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'intercom-sec;listen'= {
            cand --port 'The port; 0 takes a free one, which the first line of the output names'
            cand --host 'The address to listen on; others than this machine''s own let others in'
            cand --forward-to 'Send verified deliveries on to this address, as they came'
            cand --forward-timeout 'Seconds until the target has to have answered'
            cand --save 'Save each verified delivery in this directory, before it is acknowledged'
            cand --max-body 'The longest body that is read, as 500000, 512KiB or 10MiB'
            cand --exit-after 'Stop after N verified deliveries; exit status 1 if any other was refused'
            cand --format 'How to show what comes'
            cand --secret-file 'A file with a secret; `-` is standard input; again for further secrets'
            cand --secret-env 'The name of an environment variable with a secret; again for further ones'
            cand --fin-secret-file 'A file with a secret for X-Fin-Agent-API-Webhook-Signature alone'
            cand --fin-secret-env 'The name of an environment variable with such a secret'
            cand --settings-app-id 'Answer with app_id, user_id and user_hash for the subject of the bearer token'
            cand --identity-secret-file 'The file with the identity verification secret of the web; `-` is standard input'
            cand --identity-secret-env 'The name of the environment variable with the identity verification secret'
            cand --bearer-key-file 'The file with the key of bearer tokens; `-` is standard input'
            cand --bearer-key-env 'The name of the environment variable with the key of bearer tokens'
            cand --settings-origin 'The one other origin whose pages may ask, as http://localhost:5173 [default: none]'
            cand --color 'When to use colour, decided for each stream'
            cand --forward-anywhere 'Let --forward-to name another machine'
            cand --keep-duplicates 'Take a delivery whose id was there before like any other'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'intercom-sec;check-token'= {
            cand --token-file 'The file with the token; `-` is standard input'
            cand --token-env 'The name of the environment variable with the token'
            cand --region 'The region whose host is asked [env: INTERCOM_REGION]; `us` routes to the right one by itself'
            cand --base-url 'Another address of the API [env: INTERCOM_API_BASE_URL]; HTTPS, or HTTP to this machine'
            cand --timeout 'Seconds until an attempt is given up'
            cand --retries 'How often to ask again after a passing failure'
            cand --format 'How to show the result'
            cand --color 'When to use colour, decided for each stream'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'intercom-sec;help'= {
            cand scan-git 'Find leaked Intercom access tokens anywhere in a git repository'
            cand hash 'Compute the Messenger user_hash that stops impersonation, or say why one is wrong'
            cand jwt 'Sign, verify and explain the Messenger''s tokens (JWT), which replace the user_hash'
            cand verify-webhook 'Check a saved webhook payload against its signature'
            cand sign-webhook 'Make test deliveries of webhooks, and post them to an endpoint'
            cand listen 'Receive webhooks on this machine: verify, show, save and forward them'
            cand check-token 'Ask Intercom whether an access token is live, and whose it is'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'intercom-sec;help;scan-git'= {
        }
        &'intercom-sec;help;hash'= {
        }
        &'intercom-sec;help;jwt'= {
            cand sign 'Sign a token for one user and print it'
            cand verify 'Verify a token: exit status 0 if the Messenger would take it, 1 if not'
            cand explain 'Show what a token says, and which rules it breaks; the secret is not needed'
            cand migrate 'Print what to change to go from user_hash to tokens'
        }
        &'intercom-sec;help;jwt;sign'= {
        }
        &'intercom-sec;help;jwt;verify'= {
        }
        &'intercom-sec;help;jwt;explain'= {
        }
        &'intercom-sec;help;jwt;migrate'= {
        }
        &'intercom-sec;help;verify-webhook'= {
        }
        &'intercom-sec;help;sign-webhook'= {
        }
        &'intercom-sec;help;listen'= {
        }
        &'intercom-sec;help;check-token'= {
        }
        &'intercom-sec;help;help'= {
        }
    ]
    $completions[$command]
}
