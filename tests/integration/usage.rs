//! Help, version and wrong usage, which are the same for every command.

use std::io::pipe;

use super::support::tokens::{self, Random};
use super::support::tool::Tool;

const COMMANDS: [&str; 7] =
    ["scan-git", "hash", "jwt", "verify-webhook", "sign-webhook", "listen", "check-token"];

/// Something that nobody wants to find in the log of a build.
const SECRET: &str = "Zq8_mistyped-SECRET_0042";

#[test]
fn version_is_printed_alone() {
    let expected = format!("intercom-sec {}\n", env!("CARGO_PKG_VERSION"));
    for option in ["--version", "-V"] {
        let run = Tool::new([option]).run().expect(0);
        assert_eq!((run.stdout(), run.stderr()), (expected.clone(), String::new()));
    }
    for command in COMMANDS {
        Tool::new([command, "--version"]).run().expect(0);
    }
}

#[test]
fn help_goes_to_standard_output() {
    for arguments in [&["--help"][..], &["-h"], &["help"], &["help", "hash"]] {
        let run = Tool::new(arguments).run().expect(0);
        assert!(run.stdout().contains("Usage: intercom-sec"), "{}", run.stdout());
        assert_eq!(run.stderr(), "");
    }
    for command in COMMANDS {
        for option in ["--help", "-h"] {
            let run = Tool::new([command, option]).run().expect(0);
            let usage = format!("Usage: intercom-sec {command}");
            assert!(run.stdout().contains(&usage), "{}", run.stdout());
            assert_eq!(run.stderr(), "");
        }
    }
}

#[test]
fn help_lists_the_commands_and_no_hidden_one() {
    let help = Tool::new(["--help"]).run().expect(0).stdout();
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
    }
    assert!(!help.contains("completions"), "{help}");
}

#[test]
fn help_of_each_command_has_an_example_of_each_use() {
    for command in COMMANDS {
        let help = Tool::new([command, "--help"]).run().expect(0).stdout();
        let end = help.split_once("\nExamples:\n").expect("examples").1;
        let (examples, rest) = end.split_once("\nExit status:\n").expect("exit statuses");
        for use_of_it in ["In a terminal", "hook", "In CI", "In a rotation runbook"] {
            assert!(examples.contains(use_of_it), "{command}: {use_of_it}");
        }
        assert!(examples.matches(&format!("intercom-sec {command}")).count() >= 4, "{examples}");
        // A wrapped command line cannot be copied.
        for line in examples.lines().chain(rest.lines()) {
            assert!(line.chars().count() <= 80, "{command}: {line}");
        }
        for status in ["\n  1  ", "\n  2  "] {
            assert!(rest.contains(status), "{rest}");
        }
    }
}

#[test]
fn no_environment_value_is_in_any_help() {
    for command in COMMANDS {
        let mut tool = Tool::new([command, "--help"]);
        for name in ["INTERCOM_ACCESS_TOKEN", "INTERCOM_REGION", "INTERCOM_API_BASE_URL"] {
            tool = tool.env(name, SECRET);
        }
        let run = tool.run().expect(0);
        assert!(!run.stdout().contains(SECRET) && run.stderr().is_empty(), "{}", run.stdout());
    }
}

#[test]
fn wrong_usage_is_status_2_with_nothing_on_standard_output() {
    let cases: [&[&str]; 11] = [
        &[],
        &["--nonsense"],
        &["nonsense"],
        &["scan-git", "--format", "xml"],
        &["scan-git", "--threads", "0"],
        &["hash"],
        &["hash", "a", "b"],
        &["verify-webhook"],
        &["verify-webhook", "body.json", "--signature", "a", "--headers", "b"],
        &["check-token", "--region", "mars"],
        &["check-token", "--timeout", "-1"],
    ];
    for arguments in cases {
        let run = Tool::new(arguments).run().expect(2);
        assert_eq!(run.stdout(), "", "{arguments:?}");
        assert!(run.stderr().contains("Usage:") || run.stderr().contains("--help"));
    }
}

#[test]
fn what_was_typed_as_a_value_is_not_repeated() {
    let token = tokens::token(&mut Random::new(1));
    let painted = "Zq8_mis\u{1b}[31mtyped-SECRET_0042";
    let dashed = "--Zq8_mistyped-SECRET_0042";
    for secret in [SECRET, &token, painted, dashed, "-0042Zq8_mistyped-SECRET"] {
        let glued = |option: &str| format!("{option}={secret}");
        let cases: Vec<Vec<String>> = vec![
            vec![secret.to_owned()],
            vec!["help".to_owned(), secret.to_owned()],
            vec!["check-token".to_owned(), secret.to_owned()],
            vec!["hash".to_owned(), "12345".to_owned(), secret.to_owned()],
            vec!["hash".to_owned(), "12345".to_owned(), glued("--secret")],
            vec!["hash".to_owned(), "12345".to_owned(), glued("--email")],
            vec!["verify-webhook".to_owned(), "a".to_owned(), "b".to_owned(), secret.to_owned()],
            vec!["scan-git".to_owned(), glued("--format")],
            vec!["scan-git".to_owned(), glued("--threads")],
            vec!["scan-git".to_owned(), glued("--color")],
            vec!["scan-git".to_owned(), glued("--quiet")],
            vec!["check-token".to_owned(), glued("--token")],
            vec!["check-token".to_owned(), glued("--timeout")],
            vec!["check-token".to_owned(), glued("--retries")],
            vec!["check-token".to_owned(), glued("--region")],
        ];
        for arguments in cases {
            let run = Tool::new(&arguments).run().expect(2);
            let shown = run.stdout() + &run.stderr();
            for part in [&secret[5..], "SECRET", "mistyped", &token[8..]] {
                assert!(!shown.contains(part), "{arguments:?}: {shown}");
            }
        }
    }
}

#[test]
fn a_value_in_the_environment_is_not_repeated_either() {
    let run = Tool::new(["check-token"]).env("INTERCOM_REGION", SECRET).run().expect(2);
    assert!(!run.stderr().contains(SECRET), "{}", run.stderr());
}

#[test]
fn a_secret_as_an_argument_is_told_how_to_be_handed_over() {
    for arguments in [["check-token", SECRET].as_slice(), &["hash", "12345", SECRET]] {
        let run = Tool::new(arguments).run().expect(2);
        assert!(run.stderr().contains("hint: secrets are never taken as arguments"));
    }
}

#[test]
fn a_mistyped_option_or_command_is_named_or_suggested() {
    let run = Tool::new(["hash", "12345", "--scret-file", "x"]).run().expect(2);
    assert!(run.stderr().contains("'--scret-file'"), "{}", run.stderr());
    assert!(run.stderr().contains("'--secret-file'"), "{}", run.stderr());
    let run = Tool::new(["scan-gti"]).run().expect(2);
    assert!(run.stderr().contains("'scan-git'"), "{}", run.stderr());
    let run = Tool::new(["completion"]).run().expect(2);
    assert!(!run.stderr().contains("completions"), "{}", run.stderr());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for arguments in [&["--help"][..], &["--version"], &["scan-git", "--help"]] {
        let (reader, writer) = pipe().expect("a pipe");
        drop(reader);
        let run = Tool::new(arguments).stdout(writer).run().expect(0);
        assert_eq!(run.stderr(), "");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_no_verdict() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
    let run = Tool::new(["--help"]).stdout(full).run().expect(2);
    assert!(run.stderr().contains("error: cannot write the result"), "{}", run.stderr());
    assert!(run.stderr().contains("hint: "), "{}", run.stderr());
}

#[test]
fn a_number_of_threads_that_no_machine_has_is_refused() {
    for threads in ["0", "513", "200000", "-1", "many"] {
        Tool::new(["scan-git", "--threads", threads]).run().expect(2);
    }
}

#[test]
fn a_value_that_begins_with_a_hyphen_is_taken_as_a_number_or_after_two_hyphens() {
    let hash =
        |arguments: &[&str]| Tool::new(arguments).env("INTERCOM_IDENTITY_SECRET", "secret").run();
    let number = hash(&["hash", "-5"]).expect(0).stdout();
    assert_eq!(hash(&["hash", "--", "-5"]).expect(0).stdout(), number);
    for (value, hint) in [("-x", "'-- -x'"), ("-X1", "goes after --")] {
        let refused = hash(&["hash", value]).expect(2);
        assert!(refused.stderr().contains(hint), "{}", refused.stderr());
    }
}
