
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
            [CompletionResult]::new('hash', 'hash', [CompletionResultType]::ParameterValue, 'Compute the Messenger user_hash that stops impersonation')
            [CompletionResult]::new('verify-webhook', 'verify-webhook', [CompletionResultType]::ParameterValue, 'Check a saved webhook payload against its signature')
            [CompletionResult]::new('check-token', 'check-token', [CompletionResultType]::ParameterValue, 'Ask Intercom whether an access token is live, and whose it is')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'intercom-sec;scan-git' {
            [CompletionResult]::new('--range', '--range', [CompletionResultType]::ParameterName, 'Scan only what B reaches and A does not; again for more ranges, each for itself')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Scan only what HEAD reaches and REV does not: `--range REV..HEAD`')
            [CompletionResult]::new('--not', '--not', [CompletionResultType]::ParameterName, 'Leave out what REV reaches, in each range or, without one, in what HEAD reaches')
            [CompletionResult]::new('--not-remotes', '--not-remotes', [CompletionResultType]::ParameterName, 'Leave out what the remote-tracking branches reach, all of them or those of one remote')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show the result')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'How many threads read objects, up to 512 [default: one for each core]')
            [CompletionResult]::new('--cache-dir', '--cache-dir', [CompletionResultType]::ParameterName, 'Where scans are remembered [default: intercom-sec in the user''s cache directory]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('--staged', '--staged', [CompletionResultType]::ParameterName, 'Read only what is staged: what the next commit would bring')
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
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'Compare with this hash in constant time instead: exit status 0 if it matches, 1 if not')
            [CompletionResult]::new('--app-id', '--app-id', [CompletionResultType]::ParameterName, 'The workspace''s app id, for the snippet')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show the result')
            [CompletionResult]::new('--secret-file', '--secret-file', [CompletionResultType]::ParameterName, 'The file with the secret; `-` is standard input')
            [CompletionResult]::new('--secret-env', '--secret-env', [CompletionResultType]::ParameterName, 'The name of the environment variable with the secret')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'VALUE is an email, whatever it looks like')
            [CompletionResult]::new('--user-id', '--user-id', [CompletionResultType]::ParameterName, 'VALUE is a user id, whatever it looks like')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no report, notes or progress: the exit status tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'intercom-sec;verify-webhook' {
            [CompletionResult]::new('--signature', '--signature', [CompletionResultType]::ParameterName, 'The value of the X-Hub-Signature header: `sha1=` and 40 hex digits')
            [CompletionResult]::new('--headers', '--headers', [CompletionResultType]::ParameterName, 'A file of HTTP headers to take the signature from; `-` is standard input')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to show the result')
            [CompletionResult]::new('--secret-file', '--secret-file', [CompletionResultType]::ParameterName, 'The file with the secret; `-` is standard input')
            [CompletionResult]::new('--secret-env', '--secret-env', [CompletionResultType]::ParameterName, 'The name of the environment variable with the secret')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour, decided for each stream')
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
            [CompletionResult]::new('hash', 'hash', [CompletionResultType]::ParameterValue, 'Compute the Messenger user_hash that stops impersonation')
            [CompletionResult]::new('verify-webhook', 'verify-webhook', [CompletionResultType]::ParameterValue, 'Check a saved webhook payload against its signature')
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
        'intercom-sec;help;verify-webhook' {
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
