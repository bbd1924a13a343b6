
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'intercom-sec' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'intercom-sec'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'intercom-sec' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('scan-git', 'scan-git', [CompletionResultType]::ParameterValue, 'Find leaked Intercom access tokens anywhere in a git repository')
            [CompletionResult]::new('hash', 'hash', [CompletionResultType]::ParameterValue, 'Compute the Messenger user_hash that stops impersonation, or say why one is wrong')
            [CompletionResult]::new('jwt', 'jwt', [CompletionResultType]::ParameterValue, 'Sign, verify and explain the Messenger''s tokens (JWT), which replace the user_hash')
            [CompletionResult]::new('verify-webhook', 'verify-webhook', [CompletionResultType]::ParameterValue, 'Check a saved webhook payload against its signature')
            [CompletionResult]::new('sign-webhook', 'sign-webhook', [CompletionResultType]::ParameterValue, 'Make test deliveries of webhooks, and post them to an endpoint')
            [CompletionResult]::new('listen', 'listen', [CompletionResultType]::ParameterValue, 'Receive webhooks on this machine: verify, show, save and forward them')
            [CompletionResult]::new('check-token', 'check-token', [CompletionResultType]::ParameterValue, 'Ask Intercom whether an access token is live, and whose it is')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'intercom-sec;scan-git' {
            [CompletionResult]::new('--rules', '--rules', [CompletionResultType]::ParameterName, 'What to look for')
            [CompletionResult]::new('--range', '--range', [CompletionResultType]::ParameterName, 'Scan only what B reaches and A does not; again for more ranges, each for itself')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Scan only what HEAD reaches and REV does not: `--range REV..HEAD`')
            [CompletionResult]::new('--not', '--not', [CompletionResultType]::ParameterName, 'Leave out what REV reaches, in each range or, without one, in what HEAD reaches')
            [CompletionResult]::new('--not-remotes', '--not-remotes', [CompletionResultType]::ParameterName, 'Leave out what the remote-tracking branches reach, all of them or those of one remote')
            [CompletionResult]::new('--allow-missing', '--allow-missing', [CompletionResultType]::ParameterName, 'Accept that the object with this full id is missing or damaged; again for more')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show the result')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'How many threads read objects, up to 512 [default: one for each core]')
            [CompletionResult]::new('--cache-dir', '--cache-dir', [CompletionResultType]::ParameterName, 'Where scans are remembered [env: INTERCOM_SEC_CACHE_DIR] [default: intercom-sec in the user''s cache directory]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('--staged', '--staged', [CompletionResultType]::ParameterName, 'Read only what is staged: what the next commit would bring')
            [CompletionResult]::new('--worktree', '--worktree', [CompletionResultType]::ParameterName, 'Read the working tree too: files that git would add, and tracked files as they are on disk')
            [CompletionResult]::new('--allow-shallow', '--allow-shallow', [CompletionResultType]::ParameterName, 'Accept that a shallow clone lacks the history before its boundary')
            [CompletionResult]::new('--allow-partial', '--allow-partial', [CompletionResultType]::ParameterName, 'Accept that a partial clone lacks what its remote has promised to deliver')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Read everything again, and remember nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'intercom-sec;hash' {
            [CompletionResult]::new('--ids', '--ids', [CompletionResultType]::ParameterName, 'A file of user ids or emails, one a line; `-` is standard input')
            [CompletionResult]::new('--csv', '--csv', [CompletionResultType]::ParameterName, 'A CSV file with a column of user ids or emails; `-` is standard input')
            [CompletionResult]::new('--settings', '--settings', [CompletionResultType]::ParameterName, 'A saved page, script or JSON file whose Messenger settings are checked; `-` is standard input')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'Compare with this hash in constant time instead: exit status 0 if it matches, 1 if not')
            [CompletionResult]::new('--also-email', '--also-email', [CompletionResultType]::ParameterName, 'The email that is sent beside the user id VALUE, to explain a mismatch with')
            [CompletionResult]::new('--app-id', '--app-id', [CompletionResultType]::ParameterName, 'The workspace''s app id, for the snippet')
            [CompletionResult]::new('--column', '--column', [CompletionResultType]::ParameterName, 'The column of the ids: its name, or its number from 1')
            [CompletionResult]::new('--hash-column', '--hash-column', [CompletionResultType]::ParameterName, 'The column of the hashes to compare: its name, or its number from 1')
            [CompletionResult]::new('--email-column', '--email-column', [CompletionResultType]::ParameterName, 'The column of the emails that are sent beside the ids, to explain mismatches with')
            [CompletionResult]::new('--delimiter', '--delimiter', [CompletionResultType]::ParameterName, 'What stands between the fields of the CSV file: one character, or `tab`')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'How many threads compute, up to 512 [default: one for each core]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show the result')
            [CompletionResult]::new('--platform', '--platform', [CompletionResultType]::ParameterName, 'The platform whose secret is used: each has its own')
            [CompletionResult]::new('--secret-file', '--secret-file', [CompletionResultType]::ParameterName, 'The file with the secret; `-` is standard input')
            [CompletionResult]::new('--secret-env', '--secret-env', [CompletionResultType]::ParameterName, 'The name of the environment variable with the secret')
            [CompletionResult]::new('--web-secret-file', '--web-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret of the web')
            [CompletionResult]::new('--ios-secret-file', '--ios-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret of iOS')
            [CompletionResult]::new('--android-secret-file', '--android-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret of Android')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'VALUE is an email, whatever it looks like')
            [CompletionResult]::new('--user-id', '--user-id', [CompletionResultType]::ParameterName, 'VALUE is a user id, whatever it looks like')
            [CompletionResult]::new('--no-header', '--no-header', [CompletionResultType]::ParameterName, 'The first row of the CSV file is a row like the others')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'intercom-sec;jwt' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign a token for one user and print it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify a token: exit status 0 if the Messenger would take it, 1 if not')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Show what a token says, and which rules it breaks; the secret is not needed')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Print what to change to go from user_hash to tokens')
            break
        }
        'intercom-sec;jwt;sign' {
            [CompletionResult]::new('--user-id', '--user-id', [CompletionResultType]::ParameterName, 'The id of the user in your own system')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'The user''s email')
            [CompletionResult]::new('--claims', '--claims', [CompletionResultType]::ParameterName, 'A JSON file with an object of further attributes to sign; `-` is standard input')
            [CompletionResult]::new('--expires-in', '--expires-in', [CompletionResultType]::ParameterName, 'When the token ends: a number and s, m, h or d')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show the result')
            [CompletionResult]::new('--platform', '--platform', [CompletionResultType]::ParameterName, 'The platform whose secret is used: each has its own')
            [CompletionResult]::new('--secret-file', '--secret-file', [CompletionResultType]::ParameterName, 'The file with the secret; `-` is standard input')
            [CompletionResult]::new('--secret-env', '--secret-env', [CompletionResultType]::ParameterName, 'The name of the environment variable with the secret')
            [CompletionResult]::new('--web-secret-file', '--web-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret of the web')
            [CompletionResult]::new('--ios-secret-file', '--ios-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret of iOS')
            [CompletionResult]::new('--android-secret-file', '--android-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret of Android')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'intercom-sec;jwt;verify' {
            [CompletionResult]::new('--jwt-file', '--jwt-file', [CompletionResultType]::ParameterName, 'The file with the token; `-` is standard input')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show the result')
            [CompletionResult]::new('--platform', '--platform', [CompletionResultType]::ParameterName, 'The platform whose secret is used: each has its own')
            [CompletionResult]::new('--secret-file', '--secret-file', [CompletionResultType]::ParameterName, 'The file with the secret; `-` is standard input')
            [CompletionResult]::new('--secret-env', '--secret-env', [CompletionResultType]::ParameterName, 'The name of the environment variable with the secret')
            [CompletionResult]::new('--web-secret-file', '--web-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret of the web')
            [CompletionResult]::new('--ios-secret-file', '--ios-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret of iOS')
            [CompletionResult]::new('--android-secret-file', '--android-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret of Android')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'intercom-sec;jwt;explain' {
            [CompletionResult]::new('--jwt-file', '--jwt-file', [CompletionResultType]::ParameterName, 'The file with the token; `-` is standard input')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show the result')
            [CompletionResult]::new('--platform', '--platform', [CompletionResultType]::ParameterName, 'The platform whose secret is used: each has its own')
            [CompletionResult]::new('--secret-file', '--secret-file', [CompletionResultType]::ParameterName, 'The file with the secret; `-` is standard input')
            [CompletionResult]::new('--secret-env', '--secret-env', [CompletionResultType]::ParameterName, 'The name of the environment variable with the secret')
            [CompletionResult]::new('--web-secret-file', '--web-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret of the web')
            [CompletionResult]::new('--ios-secret-file', '--ios-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret of iOS')
            [CompletionResult]::new('--android-secret-file', '--android-secret-file', [CompletionResultType]::ParameterName, 'The file with the secret of Android')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'intercom-sec;jwt;migrate' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'intercom-sec;verify-webhook' {
            [CompletionResult]::new('--signature', '--signature', [CompletionResultType]::ParameterName, 'The value of the signature''s header, or the whole header line')
            [CompletionResult]::new('--headers', '--headers', [CompletionResultType]::ParameterName, 'A file of HTTP headers to take the signature from; `-` is standard input')
            [CompletionResult]::new('--input', '--input', [CompletionResultType]::ParameterName, 'What PAYLOAD is, where its name and first bytes do not tell')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Print code that verifies the raw body, for this framework')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show the result')
            [CompletionResult]::new('--secret-file', '--secret-file', [CompletionResultType]::ParameterName, 'A file with a secret; `-` is standard input; again for further secrets')
            [CompletionResult]::new('--secret-env', '--secret-env', [CompletionResultType]::ParameterName, 'The name of an environment variable with a secret; again for further ones')
            [CompletionResult]::new('--fin-secret-file', '--fin-secret-file', [CompletionResultType]::ParameterName, 'A file with a secret for X-Fin-Agent-API-Webhook-Signature alone')
            [CompletionResult]::new('--fin-secret-env', '--fin-secret-env', [CompletionResultType]::ParameterName, 'The name of an environment variable with such a secret')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'intercom-sec;sign-webhook' {
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'Make a notification of this topic')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'Which of Intercom''s signatures to make')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What to print; without it, a header for PAYLOAD and a request for --topic')
            [CompletionResult]::new('--send-to', '--send-to', [CompletionResultType]::ParameterName, 'Post the delivery to this address, and show the answer')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show the result')
            [CompletionResult]::new('--secret-file', '--secret-file', [CompletionResultType]::ParameterName, 'The file with the secret; `-` is standard input')
            [CompletionResult]::new('--secret-env', '--secret-env', [CompletionResultType]::ParameterName, 'The name of the environment variable with the secret')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('--list-topics', '--list-topics', [CompletionResultType]::ParameterName, 'Show the topics that there are templates for')
            [CompletionResult]::new('--allow-remote', '--allow-remote', [CompletionResultType]::ParameterName, 'Let --send-to be another machine, over HTTPS')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'intercom-sec;listen' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port; 0 takes a free one, which the first line of the output names')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'The address to listen on; others than this machine''s own let others in')
            [CompletionResult]::new('--forward-to', '--forward-to', [CompletionResultType]::ParameterName, 'Send verified deliveries on to this address, as they came')
            [CompletionResult]::new('--forward-timeout', '--forward-timeout', [CompletionResultType]::ParameterName, 'Seconds until the target has to have answered')
            [CompletionResult]::new('--save', '--save', [CompletionResultType]::ParameterName, 'Save each verified delivery in this directory, before it is acknowledged')
            [CompletionResult]::new('--max-body', '--max-body', [CompletionResultType]::ParameterName, 'The longest body that is read, as 500000, 512KiB or 10MiB')
            [CompletionResult]::new('--exit-after', '--exit-after', [CompletionResultType]::ParameterName, 'Stop after N verified deliveries; exit status 1 if any other was refused')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show what comes')
            [CompletionResult]::new('--secret-file', '--secret-file', [CompletionResultType]::ParameterName, 'A file with a secret; `-` is standard input; again for further secrets')
            [CompletionResult]::new('--secret-env', '--secret-env', [CompletionResultType]::ParameterName, 'The name of an environment variable with a secret; again for further ones')
            [CompletionResult]::new('--fin-secret-file', '--fin-secret-file', [CompletionResultType]::ParameterName, 'A file with a secret for X-Fin-Agent-API-Webhook-Signature alone')
            [CompletionResult]::new('--fin-secret-env', '--fin-secret-env', [CompletionResultType]::ParameterName, 'The name of an environment variable with such a secret')
            [CompletionResult]::new('--settings-app-id', '--settings-app-id', [CompletionResultType]::ParameterName, 'Answer with app_id, user_id and user_hash for the subject of the bearer token')
            [CompletionResult]::new('--identity-secret-file', '--identity-secret-file', [CompletionResultType]::ParameterName, 'The file with the identity verification secret of the web; `-` is standard input')
            [CompletionResult]::new('--identity-secret-env', '--identity-secret-env', [CompletionResultType]::ParameterName, 'The name of the environment variable with the identity verification secret')
            [CompletionResult]::new('--bearer-key-file', '--bearer-key-file', [CompletionResultType]::ParameterName, 'The file with the key of bearer tokens; `-` is standard input')
            [CompletionResult]::new('--bearer-key-env', '--bearer-key-env', [CompletionResultType]::ParameterName, 'The name of the environment variable with the key of bearer tokens')
            [CompletionResult]::new('--settings-origin', '--settings-origin', [CompletionResultType]::ParameterName, 'The one other origin whose pages may ask, as http://localhost:5173 [default: none]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('--forward-anywhere', '--forward-anywhere', [CompletionResultType]::ParameterName, 'Let --forward-to name another machine')
            [CompletionResult]::new('--keep-duplicates', '--keep-duplicates', [CompletionResultType]::ParameterName, 'Take a delivery whose id was there before like any other')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'intercom-sec;check-token' {
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'The file with the token; `-` is standard input')
            [CompletionResult]::new('--token-env', '--token-env', [CompletionResultType]::ParameterName, 'The name of the environment variable with the token')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The region whose host is asked [env: INTERCOM_REGION]; `us` routes to the right one by itself')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Another address of the API [env: INTERCOM_API_BASE_URL]; HTTPS, or HTTP to this machine')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds until an attempt is given up')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to ask again after a passing failure')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show the result')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'intercom-sec;help' {
            [CompletionResult]::new('scan-git', 'scan-git', [CompletionResultType]::ParameterValue, 'Find leaked Intercom access tokens anywhere in a git repository')
            [CompletionResult]::new('hash', 'hash', [CompletionResultType]::ParameterValue, 'Compute the Messenger user_hash that stops impersonation, or say why one is wrong')
            [CompletionResult]::new('jwt', 'jwt', [CompletionResultType]::ParameterValue, 'Sign, verify and explain the Messenger''s tokens (JWT), which replace the user_hash')
            [CompletionResult]::new('verify-webhook', 'verify-webhook', [CompletionResultType]::ParameterValue, 'Check a saved webhook payload against its signature')
            [CompletionResult]::new('sign-webhook', 'sign-webhook', [CompletionResultType]::ParameterValue, 'Make test deliveries of webhooks, and post them to an endpoint')
            [CompletionResult]::new('listen', 'listen', [CompletionResultType]::ParameterValue, 'Receive webhooks on this machine: verify, show, save and forward them')
            [CompletionResult]::new('check-token', 'check-token', [CompletionResultType]::ParameterValue, 'Ask Intercom whether an access token is live, and whose it is')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'intercom-sec;help;scan-git' {
            break
        }
        'intercom-sec;help;hash' {
            break
        }
        'intercom-sec;help;jwt' {
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign a token for one user and print it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify a token: exit status 0 if the Messenger would take it, 1 if not')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Show what a token says, and which rules it breaks; the secret is not needed')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Print what to change to go from user_hash to tokens')
            break
        }
        'intercom-sec;help;jwt;sign' {
            break
        }
        'intercom-sec;help;jwt;verify' {
            break
        }
        'intercom-sec;help;jwt;explain' {
            break
        }
        'intercom-sec;help;jwt;migrate' {
            break
        }
        'intercom-sec;help;verify-webhook' {
            break
        }
        'intercom-sec;help;sign-webhook' {
            break
        }
        'intercom-sec;help;listen' {
            break
        }
        'intercom-sec;help;check-token' {
            break
        }
        'intercom-sec;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
