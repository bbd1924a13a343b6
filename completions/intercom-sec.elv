
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
            cand hash 'Compute the Messenger user_hash that stops impersonation'
            cand verify-webhook 'Check a saved webhook payload against its signature'
            cand check-token 'Ask Intercom whether an access token is live, and whose it is'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'intercom-sec;scan-git'= {
            cand --range 'Scan only what B reaches and A does not; again for more ranges, each for itself'
            cand --since 'Scan only what HEAD reaches and REV does not: `--range REV..HEAD`'
            cand --not 'Leave out what REV reaches, in each range or, without one, in what HEAD reaches'
            cand --not-remotes 'Leave out what the remote-tracking branches reach, all of them or those of one remote'
            cand --format 'How to show the result'
            cand --threads 'How many threads read objects, up to 512 [default: one for each core]'
            cand --cache-dir 'Where scans are remembered [default: intercom-sec in the user''s cache directory]'
            cand --color 'When to use colour, decided for each stream'
            cand --staged 'Read only what is staged: what the next commit would bring'
            cand --no-cache 'Read everything again, and remember nothing'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'intercom-sec;hash'= {
            cand --verify 'Compare with this hash in constant time instead: exit status 0 if it matches, 1 if not'
            cand --app-id 'The workspace''s app id, for the snippet'
            cand --format 'How to show the result'
            cand --secret-file 'The file with the secret; `-` is standard input'
            cand --secret-env 'The name of the environment variable with the secret'
            cand --color 'When to use colour, decided for each stream'
            cand --email 'VALUE is an email, whatever it looks like'
            cand --user-id 'VALUE is a user id, whatever it looks like'
            cand -q 'Show no report, notes or progress: the exit status tells'
            cand --quiet 'Show no report, notes or progress: the exit status tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'intercom-sec;verify-webhook'= {
            cand --signature 'The value of the X-Hub-Signature header: `sha1=` and 40 hex digits'
            cand --headers 'A file of HTTP headers to take the signature from; `-` is standard input'
            cand --format 'How to show the result'
            cand --secret-file 'The file with the secret; `-` is standard input'
            cand --secret-env 'The name of the environment variable with the secret'
            cand --color 'When to use colour, decided for each stream'
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
            cand hash 'Compute the Messenger user_hash that stops impersonation'
            cand verify-webhook 'Check a saved webhook payload against its signature'
            cand check-token 'Ask Intercom whether an access token is live, and whose it is'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'intercom-sec;help;scan-git'= {
        }
        &'intercom-sec;help;hash'= {
        }
        &'intercom-sec;help;verify-webhook'= {
        }
        &'intercom-sec;help;check-token'= {
        }
        &'intercom-sec;help;help'= {
        }
    ]
    $completions[$command]
}
