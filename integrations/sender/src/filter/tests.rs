use serde_json::json;

use super::*;

fn filter(text: &str) -> Filter {
    serde_json::from_str(text).unwrap()
}

/// Whether each of the filters takes the payload, as a word of `y` and `n`.
fn verdicts(filters: &[&str], payload: &str) -> String {
    filters
        .iter()
        .map(|text| {
            if filter(text).matches(payload.as_bytes()) {
                'y'
            } else {
                'n'
            }
        })
        .collect()
}

/// One of each operator about the member `/a`.
const EACH: [&str; 9] = [
    r#"{"eq":["/a",5]}"#,
    r#"{"ne":["/a",5]}"#,
    r#"{"in":["/a",[4,5]]}"#,
    r#"{"exists":"/a"}"#,
    r#"{"gt":["/a",5]}"#,
    r#"{"gte":["/a",5]}"#,
    r#"{"lt":["/a",5]}"#,
    r#"{"lte":["/a",5]}"#,
    r#"{"prefix":["/a","5"]}"#,
];

#[test]
fn each_operator_has_one_meaning_for_each_kind_of_member() {
    for (payload, expected) in [
        (r#"{"a":5}"#, "ynyynynyn"),
        (r#"{"a":5.0}"#, "ynyynynyn"),
        (r#"{"a":50e-1}"#, "ynyynynyn"),
        (r#"{"a":4}"#, "nyyynnyyn"),
        (r#"{"a":6}"#, "nynyyynnn"),
        (r#"{"a":-5}"#, "nynynnyyn"),
        (r#"{"a":"5"}"#, "nynynnnny"),
        (r#"{"a":"50"}"#, "nynynnnny"),
        (r#"{"a":null}"#, "nynynnnnn"),
        (r#"{"a":true}"#, "nynynnnnn"),
        (r#"{"a":[5]}"#, "nynynnnnn"),
        (r#"{"a":{"a":5}}"#, "nynynnnnn"),
        // Missing: because it is not there, because what it would be in is not there, and because nothing is.
        (r#"{"b":5}"#, "nynnnnnnn"),
        ("[5]", "nynnnnnnn"),
        ("5", "nynnnnnnn"),
        ("not JSON", "nynnnnnnn"),
        ("", "nynnnnnnn"),
    ] {
        assert_eq!(verdicts(&EACH, payload), expected, "{payload}");
    }
}

#[test]
fn not_and_ne_are_exact_opposites_also_for_a_missing_member() {
    for payload in [
        r#"{"a":5}"#,
        r#"{"a":"x"}"#,
        r#"{"a":null}"#,
        r#"{}"#,
        "not JSON",
    ] {
        for text in EACH {
            let plain = filter(text).matches(payload.as_bytes());
            let negated = filter(&format!(r#"{{"not":{text}}}"#)).matches(payload.as_bytes());
            assert_ne!(plain, negated, "{text} {payload}");
        }
        let [eq, ne, ..] = EACH;
        assert_ne!(
            verdicts(&[eq], payload),
            verdicts(&[ne], payload),
            "{payload}"
        );
    }
}

#[test]
fn a_second_condition_on_a_missing_member_is_not_skipped() {
    let both = filter(r#"{"all":[{"eq":["/a",1]},{"eq":["/b",2]}]}"#);
    assert!(both.matches(br#"{"a":1,"b":2}"#));
    assert!(!both.matches(br#"{"a":1}"#));
}

#[test]
fn absence_can_be_asked_for() {
    let absent = filter(r#"{"not":{"exists":"/a"}}"#);
    assert!(absent.matches(br#"{"b":1}"#));
    assert!(!absent.matches(br#"{"a":null}"#));
}

#[test]
fn combinations_of_nothing_are_what_logic_says() {
    assert!(filter(r#"{"all":[]}"#).matches(b"{}"));
    assert!(!filter(r#"{"any":[]}"#).matches(b"{}"));
}

#[test]
fn texts_are_compared_by_code_points_and_never_with_numbers() {
    let late = filter(r#"{"gte":["/at","2026-11-01"]}"#);
    assert!(late.matches(br#"{"at":"2026-11-22"}"#));
    assert!(!late.matches(br#"{"at":"2026-10-31"}"#));
    assert!(!late.matches(br#"{"at":20261122}"#));
    assert!(filter(r#"{"prefix":["/name","\u00e9"]}"#).matches("{\"name\":\"été\"}".as_bytes()));
}

#[test]
fn large_integers_are_told_apart() {
    let one = filter(r#"{"eq":["/id",9007199254740993]}"#);
    assert!(one.matches(br#"{"id":9007199254740993}"#));
    assert!(!one.matches(br#"{"id":9007199254740992}"#));
    assert!(
        filter(r#"{"lt":["/id",18446744073709551615]}"#).matches(br#"{"id":18446744073709551614}"#)
    );
    assert!(filter(r#"{"gt":["/id",-1]}"#).matches(br#"{"id":18446744073709551615}"#));
}

#[test]
fn pointers_reach_into_arrays_and_names_with_slashes_and_tildes() {
    assert!(
        filter(r#"{"eq":["/items/1/sku","b"]}"#).matches(br#"{"items":[{"sku":"a"},{"sku":"b"}]}"#)
    );
    assert!(filter(r#"{"eq":["/a~1b~0c",1]}"#).matches(br#"{"a/b~c":1}"#));
    assert!(filter(r#"{"eq":["/",1]}"#).matches(br#"{"":1}"#));
}

#[test]
fn a_filter_is_written_and_read_back_the_same() {
    let text = r#"{"all":[{"any":[{"eq":["/a",1]},{"ne":["/a","x"]}]},{"not":{"in":["/b",[1,null,true]]}},{"exists":"/c"},{"gt":["/d",1]},{"gte":["/d",1]},{"lt":["/d",1]},{"lte":["/d",1.5]},{"prefix":["/e","x"]}]}"#;
    assert_eq!(serde_json::to_string(&filter(text)).unwrap(), text);
}

#[test]
fn what_is_no_filter_is_refused_in_a_sentence() {
    let deep = |levels: usize| {
        format!(
            "{}{{\"exists\":\"/a\"}}{}",
            r#"{"not":"#.repeat(levels),
            "}".repeat(levels)
        )
    };
    let wide = |nodes: usize| {
        format!(
            r#"{{"all":[{}]}}"#,
            vec![r#"{"exists":"/a"}"#; nodes].join(",")
        )
    };
    assert!(filter(&deep(7)).matches(b"{}"));
    assert!(!filter(&wide(63)).matches(b"{}"));
    assert!(filter(&json!({"in": ["/a", vec![1; 100]]}).to_string()).matches(br#"{"a":1}"#));
    for (text, problem) in [
        (deep(8), "a filter must have at most 8 levels"),
        (wide(64), "a filter must have at most 64 nodes"),
        (
            json!({"in": ["/a", vec![1; 101]]}).to_string(),
            "an `in` must have at most 100 values",
        ),
        (
            json!({"eq": ["/a", "x".repeat(1025)]}).to_string(),
            "a text must have at most 1,024 bytes",
        ),
        (
            json!({"prefix": ["/a", "x".repeat(1025)]}).to_string(),
            "a text must have at most 1,024 bytes",
        ),
        (
            json!({"eq": ["/a", [1]]}).to_string(),
            "a value must be a text, a number",
        ),
        (
            json!({"in": ["/a", [{}]]}).to_string(),
            "a value must be a text, a number",
        ),
        (
            json!({"gt": ["/a", null]}).to_string(),
            "need a number or a text",
        ),
        (
            json!({"eq": ["a", 1]}).to_string(),
            "must be a JSON pointer",
        ),
        (json!({"eq": ["", 1]}).to_string(), "must be a JSON pointer"),
        (
            json!({"eq": ["/a~2", 1]}).to_string(),
            "must be a JSON pointer",
        ),
        (
            json!({"eq": [format!("/{}", "a".repeat(256)), 1]}).to_string(),
            "must be a JSON pointer",
        ),
        (
            String::from(r#"{"matches":["/a","x"]}"#),
            "unknown variant `matches`",
        ),
        (String::from(r#"{"eq":["/a"]}"#), "invalid length 1"),
        (String::from(r#"{"eq":["/a",1,2]}"#), "trailing"),
        (String::from("{}"), "expected value"),
    ] {
        let error = serde_json::from_str::<Filter>(&text)
            .unwrap_err()
            .to_string();
        assert!(error.contains(problem), "{text}: {error}");
    }
}

#[test]
fn limits_hold_for_filters_that_a_program_builds_too() {
    let member = || Member::at("/a").unwrap();
    let mut filter = member().exists();
    for _ in 0..7 {
        filter = Filter::not(filter).unwrap();
    }
    assert_eq!(Filter::not(filter).unwrap_err(), FilterError::TooDeep);
    assert_eq!(
        Filter::any(vec![member().exists(); 64]).unwrap_err(),
        FilterError::TooLarge
    );
    assert_eq!(
        member().one_of(vec![1; 101]).unwrap_err(),
        FilterError::TooManyValues
    );
    assert_eq!(member().eq(json!([])).unwrap_err(), FilterError::Compound);
    assert_eq!(member().lte(true).unwrap_err(), FilterError::Unordered);
    assert_eq!(
        member().prefix(&"x".repeat(1025)).unwrap_err(),
        FilterError::LongText
    );
    assert_eq!(Member::at("a").unwrap_err(), FilterError::Pointer);
}
