//! `intercom-sec hash` over whole lists.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use intercom_sec::identity::user_hash;
use intercom_sec::secret::Secret;
use proptest::prelude::*;
use tempfile::TempDir;

use super::support::tokens::{self, Random};
use super::support::tool::{Run, Tool};

const SECRET: &str = "s3cre7";

fn hash(arguments: &[&str]) -> Tool {
    Tool::new(["hash"].iter().chain(arguments)).env("INTERCOM_IDENTITY_SECRET", SECRET)
}

fn of(value: &str) -> String {
    user_hash(&Secret::new(SECRET.into()).expect("not empty"), value.as_bytes()).to_string()
}

/// Ids from standard input.
fn ids(input: impl Into<Vec<u8>>, more: &[&str]) -> Run {
    hash(&[&["--ids", "-"], more].concat()).stdin(input).run()
}

fn csv(input: impl Into<Vec<u8>>, more: &[&str]) -> Run {
    hash(&[&["--csv", "-"], more].concat()).stdin(input).run()
}

fn records(run: &Run) -> Vec<serde_json::Value> {
    run.stdout().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_hash_a_line_in_order_however_many_threads() {
    let values: Vec<String> = (0..30_000).map(|id| format!("user_{id}")).collect();
    let input = values.join("\n") + "\n";
    let expected: String = values.iter().map(|value| of(value) + "\n").collect();
    for threads in ["1", "2", "3", "8"] {
        let run = ids(input.as_str(), &["--threads", threads]).expect(0);
        assert!(run.stdout() == expected, "{threads} threads");
        assert_eq!(run.stderr(), "");
    }
}

#[test]
fn line_endings_and_a_mark_are_no_part_of_an_id_and_white_space_is() {
    for input in ["a\nb\n", "a\nb", "a\r\nb\r\n", "a\r\nb"] {
        assert_eq!(ids(input, &[]).expect(0).stdout(), format!("{}\n{}\n", of("a"), of("b")));
    }
    let run = ids("\u{feff}a\n", &[]).expect(0);
    assert_eq!(run.stdout(), of("a") + "\n");
    assert!(run.stderr().contains("byte order mark"), "{}", run.stderr());
    let run = ids(" a\nb\t\nc\r\r\n", &[]).expect(0);
    assert_eq!(run.stdout(), format!("{}\n{}\n{}\n", of(" a"), of("b\t"), of("c\r")));
    assert!(run.stderr().contains("3 ids with white space"), "{}", run.stderr());
}

#[test]
fn an_id_that_cannot_be_hashed_leaves_its_place_empty_and_the_status_2() {
    let run = ids(b"a\n\n\xff\nb\0\nc\n", &[]).expect(2);
    assert_eq!(run.stdout(), format!("{}\n\n\n\n{}\n", of("a"), of("c")));
    for told in
        ["line 2: the id is empty", "line 3: the id is not UTF-8", "line 4: the id holds a NUL"]
    {
        assert!(run.stderr().contains(told), "{}", run.stderr());
    }
    assert!(run.stderr().contains("3 rows without a hash"), "{}", run.stderr());
    let run = ids("a\n\n", &["--format", "ndjson", "--quiet"]).expect(2);
    let records = records(&run);
    assert_eq!(records[1]["line"], 2);
    assert!(records[1]["error"].as_str().expect("text").contains("empty"));
    assert_eq!(records[2]["verdict"], "incomplete");
}

#[test]
fn an_empty_or_utf_16_list_is_no_success() {
    for (input, message) in [
        (b"".as_slice(), "there is no id"),
        (b"\xff\xfea\0\n\0", "the ids are in UTF-16"),
        (b"\xfe\xff\0a\0\n", "the ids are in UTF-16"),
    ] {
        for format in ["text", "csv", "ndjson"] {
            let run = ids(input, &["--format", format]).expect(2);
            assert!(run.stderr().contains(message), "{}", run.stderr());
        }
        assert_eq!(ids(input, &["--format", "json"]).expect(2).json()["verdict"], "error");
    }
    let run = csv("user_id\n", &[]).expect(2);
    assert!(run.stderr().contains("there is no id"), "{}", run.stderr());
    let run = csv("user_id\n", &["--format", "json"]).expect(2);
    assert_eq!(run.json()["verdict"], "incomplete");
    assert_eq!(run.json()["error"]["code"], "no-ids");
    let run = ids("a".repeat(1_500_000), &[]).expect(2);
    assert!(run.stderr().contains("what begins on line 1 is longer"), "{}", run.stderr());
}

#[test]
fn csv_comes_out_as_it_went_in_with_a_column_more() {
    let input = "name,user_id,note\r\n\"Doe, \"\"J\"\"\",a,=1+1\r\n\"two\nlines\",\"b\",-x\r\n";
    let run = csv(input, &["--format", "csv"]).expect(0);
    let expected = format!(
        "name,user_id,note,user_hash\r\n\"Doe, \"\"J\"\"\",a,=1+1,{}\r\n\"two\nlines\",\"b\",-x,{}\r\n",
        of("a"),
        of("b")
    );
    assert_eq!(run.stdout(), expected);
    assert_eq!(csv(input, &[]).expect(0).stdout(), format!("{}\n{}\n", of("a"), of("b")));
    // The result verifies.
    csv(run.stdout(), &["--verify"]).expect(0);
    let marked = csv(format!("\u{feff}{input}"), &["--format", "csv"]).expect(0);
    assert_eq!(marked.stdout(), format!("\u{feff}{expected}"));
    let lines = ids("a\nb,\"c\n=1\n", &["--format", "csv"]).expect(0).stdout();
    let quoted = of("b,\"c");
    let formula = of("=1");
    assert_eq!(lines, format!("id,user_hash\na,{}\n\"b,\"\"c\",{quoted}\n=1,{formula}\n", of("a")));
}

#[test]
fn a_column_is_a_name_or_a_number() {
    let input = "id;2;mail\n1;x;m@x\n";
    let run = |column: &str| csv(input, &["--delimiter", ";", "--column", column]);
    assert_eq!(run("id").expect(0).stdout(), of("1") + "\n");
    assert_eq!(run("1").expect(0).stdout(), of("1") + "\n");
    assert_eq!(run("3").expect(0).stdout(), of("m@x") + "\n");
    // A name before a number.
    assert_eq!(run("2").expect(0).stdout(), of("x") + "\n");
    for (column, message) in [
        ("ID", "no column is named ID; the first row has: id, 2, mail"),
        ("4", "there is no column 4: the first row has 3"),
    ] {
        let run = run(column).expect(2);
        assert!(run.stderr().contains(message), "{}", run.stderr());
    }
    let bare =
        |column: &str| csv("a\tb\n", &["--no-header", "--delimiter", "tab", "--column", column]);
    assert_eq!(bare("2").expect(0).stdout(), of("b") + "\n");
    assert!(bare("b").expect(2).stderr().contains("there is no header"));
    let twice = csv("user_id,user_id\na,b\n", &[]).expect(2);
    assert!(twice.stderr().contains("several columns are named user_id"), "{}", twice.stderr());
    let there = csv("user_id,user_hash\na,b\n", &[]).expect(2);
    assert!(there.stderr().contains("already has a column user_hash"), "{}", there.stderr());
}

#[test]
fn a_row_of_another_shape_is_not_guessed_at() {
    let run = csv("user_id,b\na,1\nb\nc,1,2\n\nd,1\n", &[]).expect(2);
    assert_eq!(run.stdout(), format!("{}\n\n\n{}\n", of("a"), of("d")));
    assert!(
        run.stderr().contains("line 3: the row has 1 fields where 2 belong"),
        "{}",
        run.stderr()
    );
    assert!(run.stderr().contains("line 4: the row has 3 fields"), "{}", run.stderr());
    let run = csv("user_id,b\n\"a\"x,1\nb,1\n", &["--format", "csv"]).expect(2);
    assert_eq!(run.stdout(), format!("user_id,b,user_hash\n\"a\"x,1\nb,1,{}\n", of("b")));
    let run = csv("user_id,b\na,1\n\"b,1\nc,1\n", &[]).expect(2);
    assert_eq!(run.stdout(), format!("{}\n\n", of("a")));
    assert!(run.stderr().contains("line 3: a quote is not closed"), "{}", run.stderr());
}

#[test]
fn json_has_a_record_for_each_id() {
    let run = ids("a\n\u{1b}[31m\n", &["--format", "ndjson"]).expect(0);
    assert!(!run.stdout().contains('\u{1b}'));
    let lines = records(&run);
    assert_eq!(
        lines[0],
        serde_json::json!({"record": "hash", "line": 1, "value": "a", "user_hash": of("a")})
    );
    assert_eq!(lines[1]["value"], "\u{1b}[31m");
    assert_eq!(lines[2]["record"], "summary");
    assert_eq!(lines[2]["schema"], "intercom-sec.hash/1");
    assert_eq!((&lines[2]["rows_read"], &lines[2]["verdict"]), (&2.into(), &"complete".into()));
    let json = ids("a\nb\n", &["--format", "json"]).expect(0).json();
    assert_eq!(json["schema"], "intercom-sec.hash/1");
    assert_eq!(json["rows"][1]["user_hash"], of("b"));
    assert_eq!(json["verdict"], "complete");
    let token = tokens::token(&mut Random::new(5));
    let run = ids(format!("{token}\n"), &["--format", "ndjson"]).expect(0);
    assert!(!run.stdout().contains(&token), "{}", run.stdout());
}

/// Three rows: right, made with a mistake, wrong.
fn pairs() -> String {
    format!("a\t{}\nb\t{}\nc\t{}\n", of("a"), of("b\n"), of("x"))
}

#[test]
fn every_mismatch_of_a_list_is_listed_with_its_line_and_cause() {
    let run = ids(pairs(), &["--verify"]).expect(1);
    assert_eq!(
        run.stdout(),
        "line 2: mismatch: b: the hash is of the value with a line ending after it\n\
         line 3: mismatch: c: none of the known mistakes explains this hash\n\
         mismatch: 1 of 3 hashes matches\n\
         next (1): remove the line ending before hashing (echo adds one, printf '%s' does not)\n"
    );
    assert_eq!(ids(pairs(), &["--verify", "--quiet"]).expect(1).stdout(), "");
    let good = format!("a,{}\n", of("a"));
    assert_eq!(
        ids(good.as_str(), &["--verify"]).expect(0).stdout(),
        "match: 1 of 1 hash matches\n"
    );
    let lines = records(&ids(pairs(), &["--verify", "--format", "ndjson"]).expect(1));
    assert_eq!(lines[0]["causes"][0]["code"], "hashed-line-ending");
    assert_eq!(lines[1]["causes"], serde_json::json!([]));
    assert_eq!((&lines[2]["matches"], &lines[2]["mismatches"]), (&1.into(), &2.into()));
    let json = ids(pairs(), &["--verify", "--format", "json"]).expect(1).json();
    assert_eq!((&json["verdict"], &json["rows"][0]["line"]), (&"mismatch".into(), &2.into()));
    assert!(!ids(pairs(), &["--verify", "--format", "json"]).stdout().contains(&of("b")[..16]));
}

#[test]
fn a_csv_file_verifies_with_its_columns_and_the_email_explains() {
    let file = format!(
        "user_id,email,hash\n1,a@b.c,{}\n2,b@b.c,{}\n3,c@b.c,{}\n",
        of("1"),
        of("b@b.c"),
        of("3").to_uppercase()
    );
    let columns = ["--verify", "--hash-column", "hash", "--email-column", "email"];
    let run = csv(file.as_str(), &columns).expect(1);
    assert!(
        run.stdout().contains("line 3: mismatch: 2: the hash is of the email"),
        "{}",
        run.stdout()
    );
    assert!(run.stderr().contains("1 hash in upper case"), "{}", run.stderr());
    let with_verdicts =
        csv(file.as_str(), &[&columns[..], &["--format", "csv"]].concat()).expect(1);
    let lines: Vec<_> = with_verdicts.stdout().lines().map(str::to_owned).collect();
    assert!(lines[0].ends_with(",hash,verdict,cause"));
    assert!(lines[1].ends_with(",match,"));
    assert!(lines[2].contains(",mismatch,\"the hash is of the email"), "{}", lines[2]);
    let mobile = Tool::new(["hash", "--csv", "-", "--platform", "ios"].iter().chain(&columns))
        .env("INTERCOM_IDENTITY_SECRET_IOS", SECRET)
        .stdin(file)
        .run()
        .expect(1);
    assert!(mobile.stdout().contains("the iOS SDK refuses"), "{}", mobile.stdout());
}

#[test]
fn a_row_without_a_readable_hash_is_no_verdict() {
    let good = of("a");
    for (line, message) in [
        ("b".to_owned(), "the line has no hash"),
        ("b\t".to_owned(), "the hash is empty"),
        ("b\tzz".to_owned(), "the hash has 2 characters"),
        (format!("b\t\"{good}\""), "the hash has quotes"),
        (format!("\t{good}"), "the id is empty"),
    ] {
        let run = ids(format!("a\t{good}\n{line}\n"), &["--verify"]).expect(2);
        assert!(run.stdout().contains("line 2: unreadable: "), "{}", run.stdout());
        assert!(run.stdout().contains(message), "{}", run.stdout());
        assert!(run.stdout().contains("incomplete: 1 of 2 hashes matches, 1 row unreadable"));
        // A mismatch is certain, whatever else could not be read.
        ids(format!("a\t{}\n{line}\n", of("x")), &["--verify"]).expect(1);
    }
    // A digest in another form is one of ours, made with a mistake, or nothing.
    let short = format!("a\t{}\n", &good[..40]);
    assert!(ids(short, &["--verify"]).expect(1).stdout().contains("lost its end"));
}

#[test]
fn many_mismatches_of_one_kind_are_all_explained() {
    let mut file = String::new();
    for id in 0..4_000 {
        let _ = writeln!(file, "User_{id}\t{}", of(&format!("user_{id}\n")));
    }
    let run = ids(file, &["--verify", "--threads", "2"]).expect(1);
    assert_eq!(run.stdout().lines().filter(|line| line.contains("mismatch: User_")).count(), 4_000);
    assert!(!run.stdout().contains("none of the known mistakes"), "{}", run.stdout());
}

#[test]
fn a_slow_writer_gets_each_answer_at_once() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_intercom-sec"))
        .args(["hash", "--ids", "-"])
        .env("INTERCOM_IDENTITY_SECRET", SECRET)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    let mut answers = BufReader::new(child.stdout.take().expect("piped")).lines();
    for id in ["a", "b", "c"] {
        writeln!(stdin, "{id}").expect("written");
        stdin.flush().expect("flushed");
        assert_eq!(answers.next().expect("a line").expect("text"), of(id));
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly_and_makes_no_match() {
    let closed = || {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        writer
    };
    let many = "user\n".repeat(400_000);
    let run = hash(&["--ids", "-"]).stdin(many).stdout(closed()).run().expect(0);
    assert_eq!(run.stderr(), "");
    // What was compared is right, but not all was.
    let good = format!("a\t{}\n", of("a")).repeat(20_000);
    let verify = hash(&["--ids", "-", "--verify", "--format", "csv"]).stdin(good).stdout(closed());
    assert_eq!(verify.run().expect(2).stderr(), "");
    let run = hash(&["--ids", "-", "--verify"]).stdin(pairs()).stdout(closed()).run();
    run.expect(1);
}

#[test]
fn options_of_one_value_and_of_lists_do_not_mix() {
    let directory = TempDir::new().expect("a value");
    fs::write(directory.path().join("ids"), "a\n").expect("a value");
    let cases: [&[&str]; 10] = [
        &["a", "--ids", "ids"],
        &["--ids", "ids", "--csv", "ids"],
        &["--ids", "ids", "--column", "a"],
        &["--ids", "ids", "--email"],
        &["--ids", "ids", "--app-id", "abcd1234"],
        &["--ids", "ids", "--format", "snippet"],
        &["--ids", "ids", "--verify", "0000"],
        &["a", "--format", "csv"],
        &["a", "--verify"],
        &["--ids", "-", "--secret-file", "-"],
    ];
    for arguments in cases {
        let run = hash(arguments).dir(&directory).run().expect(2);
        assert_eq!(run.stdout(), "", "{arguments:?}");
        assert!(run.stderr().starts_with("error: "), "{}", run.stderr());
    }
    let run = hash(&["--ids", "absent"]).dir(&directory).run().expect(2);
    assert!(run.stderr().contains("cannot read absent (--ids)"), "{}", run.stderr());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Against the plainest way: a value at a time.
    #[test]
    fn a_list_has_the_hashes_of_its_lines(
        values in proptest::collection::vec("[a-zé ,\"]{0,70}", 1..60),
        threads in 1_usize..4,
    ) {
        let run = ids(values.join("\n") + "\n", &["--threads", &threads.to_string()]);
        let expected: String =
            values.iter().map(|id| if id.is_empty() { "\n".into() } else { of(id) + "\n" }).collect();
        prop_assert_eq!(run.stdout(), expected);
        let status = if values.iter().any(String::is_empty) { 2 } else { 0 };
        prop_assert_eq!(run.status(), status);
    }

    /// Against a library for CSV, on the way in and on the way out.
    #[test]
    fn csv_has_the_hashes_of_its_column(
        rows in proptest::collection::vec(("[a-z,\"\n]{0,9}", "[a-zé,\" \n]{1,9}"), 1..20),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["note", "user_id"]).expect("a value");
        for (note, id) in &rows {
            writer.write_record([note, id]).expect("a value");
        }
        let run = csv(writer.into_inner().expect("a value"), &["--format", "csv"]).expect(0);
        let text = run.stdout();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let back: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(back.len(), rows.len());
        for ((note, id), row) in rows.iter().zip(&back) {
            let expected = [note.clone(), id.clone(), of(id)];
            prop_assert_eq!(row.iter().collect::<Vec<_>>(), expected);
        }
    }
}
