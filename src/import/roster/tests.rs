//! Files that offices make, good ones and bad ones.

use proptest::prelude::*;
use time::macros::date;

use super::*;
use crate::domain::roster::{Person, Role};

fn problems(csv: &str) -> Vec<String> {
    read(csv.as_bytes()).unwrap_err().problems.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_problems(csv: &str, start: &[&str]) {
    let found = problems(csv);
    assert_eq!(found.len(), start.len(), "{found:#?}");
    for (found, start) in found.iter().zip(start) {
        assert!(found.starts_with(start), "{found}");
    }
}

#[test]
fn reads_both_languages_and_several_people_of_a_grid() {
    let en = "\u{feff}grid,party_group,role,name,phone\na1,一组,leader,甲,138 0000 0000\nb,,,,\na1,,mediator,乙,\n";
    let zh =
        "电话,姓名,职务,网格,党小组,备注\r\n138 0000 0000, 甲 ,网格长,a1,一组,x\r\n,,,b,,\r\n,乙,调解员,a1,一组,\r\n";
    let [en, zh] = [en, zh].map(|csv| read(csv.as_bytes()).unwrap());
    assert_eq!(en.entries, zh.entries);
    assert_eq!(zh.ignored_columns, ["备注"]);
    assert_eq!(en.entries[0].party_group.as_deref(), Some("一组"));
    assert_eq!(en.entries[0].leader().unwrap().phone.as_deref(), Some("138 0000 0000"));
    assert_eq!(en.entries[0].staff().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["乙"]);
    assert_eq!(en.entries[1], RosterEntry { grid: "b".into(), party_group: None, people: vec![] });
    assert_eq!(en.unknown_grids(|code| code == "b"), [("a1", "line 2")]);
}

#[test]
fn names_every_bad_row() {
    assert_problems(
        "grid,party_group,role,姓名,phone\na,x,leader,甲,\na,y,,,\na,x,网格长,乙,\nb,x,mayor,丙,\n,x,,,\nc,x,leader,,123\nc,x,leader,丁,call me\nd,x\n",
        &[
            "line 3, column `party_group`: `y`, but line 2 says `x`",
            "line 4, column `role`: the grid has its leader on line 2",
            "line 5, column `role`: `mayor` is no role; it is one of leader (网格长), ",
            "line 6, column `grid`: the grid's code is missing",
            "line 7, column `姓名`: the name is missing",
            "line 8, column `phone`: ",
            "line 9: the row has 2 columns, the header 5",
        ],
    );
}

#[test]
fn a_post_is_held_by_one_after_the_other() {
    let head = "grid,role,name,deputy,from,until\n";
    let rows = "a,leader,甲,,,2026年6月30日\na,leader,乙,,2026/7/1,\na,leader,丙,是,,\na,网格长,丁,yes,,\na,网格员,戊,否,2020-01-01,2020-12-31\n";
    let file = read(format!("{head}{rows}").as_bytes()).unwrap();
    let people = &file.entries[0].people;
    assert_eq!(people.iter().map(|person| person.deputy).collect::<Vec<_>>(), [false, false, true, true, false]);
    assert_eq!((people[0].serves_from, people[0].serves_until), (None, Some(date!(2026 - 06 - 30))));
    assert_eq!(people[1].serves_from, Some(date!(2026 - 07 - 01)));
    assert_problems(
        &format!(
            "{head}a,leader,甲,,2026-01-01,2026-06-30\na,leader,乙,,2026-06-30,\nb,leader,丙,,2026-02-01,2026-01-01\nb,leader,丁,maybe,,\nb,leader,戊,,soon,\nb,leader,己,,,0026-01-01\nb,,,yes,,\n"
        ),
        &[
            "line 3, column `from`: the grid has its leader on line 2 already, from 2026-01-01 to 2026-06-30: their days of service overlap",
            "line 4, column `until`: service ends on 2026-01-01, before it begins on 2026-02-01",
            "line 5, column `deputy`: whether somebody is a deputy is said by 是 or 否",
            "line 6, column `from`: `soon` is no date",
            "line 7, column `until`: the year 26 is none",
            "line 8, column `name`: the name is missing; for a vacant post write 空缺",
        ],
    );
}

#[test]
fn the_town_office_and_vacant_posts() {
    let file = read(
        "网格,党小组,职务,姓名,电话\n镇级网格办,镇党委,网格员,甲,\n镇,,网格长,乙,\na,一组,网格长,空缺,\n".as_bytes(),
    )
    .unwrap();
    assert_eq!(file.entries.iter().map(|entry| entry.grid.as_str()).collect::<Vec<_>>(), ["town", "a"]);
    assert_eq!((file.entries[0].people.len(), file.entries[1].people.len()), (2, 0));
    assert_eq!(file.entries[1].party_group.as_deref(), Some("一组"));
    assert!(file.has_town_office() && file.unknown_grids(|_| false) == [("a", "line 4")]);
    assert!(!read(b"grid\ntown\n").unwrap().has_town_office(), "an office without people");
}

#[test]
fn refuses_what_is_no_roster() {
    assert_eq!(problems(""), ["the file is empty; it starts with a header line"]);
    let found = problems("甲,13912345678\n");
    assert!(found[0].starts_with("the header has no column `grid` among its 2;"), "{found:?}");
    assert!(!found[0].contains("1391"), "a file without a header line begins with somebody's phone");
    assert!(problems("网格,党小组,角色,姓名\na,x,网格长,甲\n")[0].contains("no column `role` (职务)"));
    assert!(problems("grid,网格\n")[0].contains("twice"));
    assert!(problems("grid\n3.40881E+17\n")[0].contains("spreadsheet"));
    let refused = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
    assert!(refused(b"grid,name\n1,\xff\xff\n").starts_with("line 2 is neither UTF-8 nor GBK"));
    assert!(refused(b"\xff\xfeg\0r\0").contains("UTF-16"));
    assert!(refused(b"\xD0\xCF\x11\xE0rest").contains(".xls"));
    assert!(read_sheet(b"grid\n", Some("名册")).unwrap_err().to_string().contains("sheets"));
    let many = format!("grid\n{}", "\"\"\n".repeat(150));
    assert_eq!(read(many.as_bytes()).unwrap_err().not_listed, 50);
}

#[test]
fn reads_gbk_and_says_so() {
    let utf8 = "网格,党小组,职务,姓名,电话\na1,乔庄村塘埂党小组,网格长,张三,\n";
    let (gbk, ..) = encoding_rs::GBK.encode(utf8);
    let [utf8, gbk] = [utf8.as_bytes(), &gbk].map(|bytes| read(bytes).unwrap());
    assert_eq!(utf8.entries, gbk.entries);
    assert_eq!((utf8.read_as.as_str(), gbk.read_as.as_str()), ("UTF-8", "GBK"));
}

#[test]
fn no_spreadsheet_computes_what_is_written() {
    let person = Person::new(Role::Leader, "=HYPERLINK(\"x\")", Some("+86 138".into()));
    let entries = [RosterEntry { grid: "-1".into(), party_group: Some("@组".into()), people: vec![person] }];
    let mut csv = Vec::new();
    write_csv(&entries, &mut csv).unwrap();
    let text = String::from_utf8(csv.clone()).unwrap();
    assert!(text.ends_with("\n'-1,'@组,leader,\"'=HYPERLINK(\"\"x\"\")\",'+86 138\n"), "{text}");
    assert_eq!(read(&csv).unwrap().entries, entries);
}

fn entries() -> impl Strategy<Value = Vec<RosterEntry>> {
    // Text of a cell, now and then one that a spreadsheet would take for something else.
    let text = "([=+@'-]|'[0-9])?[^\\p{C}\\p{Z}]([^\\p{C}]{0,8}[^\\p{C}\\p{Z}])?";
    let day = (0i32..=2000).prop_map(|days| date!(2020 - 01 - 01) + time::Duration::days(i64::from(days)));
    let term = (proptest::option::of(day.clone()), proptest::option::of(day))
        .prop_map(|(a, b)| if a.is_some() && b.is_some() && a > b { (b, a) } else { (a, b) });
    let phone = proptest::option::of("[+0-9][-0-9() ]{3,9}[0-9]");
    let person = (0usize..6, text, phone, any::<bool>(), term).prop_map(|(role, name, phone, deputy, term)| Person {
        // One leader at most who is no deputy.
        deputy: deputy || role == 0,
        serves_from: term.0,
        serves_until: term.1,
        ..Person::new(Role::ALL[role], name, phone)
    });
    let people = (proptest::option::of(text), proptest::collection::vec(person, 0..4)).prop_map(|(leader, mut all)| {
        all.extend(leader.map(|name| Person::new(Role::Leader, name, None)));
        all
    });
    let entry = (proptest::option::of(text), people);
    proptest::collection::btree_map(text, entry, 0..6).prop_map(|entries| {
        let entry = |(grid, (party_group, people))| RosterEntry { grid, party_group, people };
        entries.into_iter().map(entry).collect()
    })
}

fn xlsx_of(entries: &[RosterEntry]) -> Vec<u8> {
    let mut xlsx = Vec::new();
    write_xlsx(entries, &mut xlsx).unwrap();
    xlsx
}

proptest! {
    #[test]
    fn written_and_read_again_is_the_same(entries in entries()) {
        let mut csv = Vec::new();
        write_csv(&entries, &mut csv).unwrap();
        prop_assert_eq!(&read(&csv).unwrap().entries, &entries);
        let file = read(&xlsx_of(&entries)).unwrap();
        prop_assert_eq!(file.entries, entries);
        prop_assert_eq!(file.read_as, "XLSX, sheet `名册`");
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
        let _ = read(&[b"grid,role,name,phone,from,deputy\n", &bytes[..]].concat());
    }

    /// Whatever happens to the bytes of a workbook, in the zip or in its XML.
    #[test]
    fn no_workbook_panics(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), packed in any::<bool>()) {
        let person = Person { serves_from: Some(date!(2026 - 01 - 01)), ..Person::new(Role::Leader, "甲", Some("1".into())) };
        let entries = [RosterEntry { grid: "a".into(), party_group: Some("组".into()), people: vec![person] }];
        let mut bytes = if packed { xlsx_of(&entries) } else { stored(&xlsx_of(&entries)) };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes);
    }
}

/// The same workbook with its files not packed, so that changed bytes are changed XML.
fn stored(xlsx: &[u8]) -> Vec<u8> {
    rezipped(xlsx, |_, content| content)
}

/// A workbook with other content in its files.
fn rezipped(xlsx: &[u8], change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    use std::io::{Cursor, Read, Write};
    let mut from = zip::ZipArchive::new(Cursor::new(xlsx)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let plain = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for index in 0..from.len() {
        let mut file = from.by_index(index).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        let name = file.name().unwrap().into_owned();
        to.start_file(name.as_str(), plain).unwrap();
        to.write_all(&change(&name, content)).unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[test]
fn a_workbook_that_claims_too_much_is_refused_before_it_is_believed() {
    let entries = [RosterEntry { grid: "a".into(), party_group: None, people: vec![] }];
    let replaced = |content: Vec<u8>, to: &str| {
        let text = String::from_utf8(content).unwrap();
        let start = text.find("uniqueCount").unwrap();
        let end = start + text[start..].find('>').unwrap();
        [&text[..start], to, &text[end..]].concat().into_bytes()
    };
    for claim in ["uniqueCount=\"9000000000000\"", "uniqueCount = '99999999999999999999'"] {
        let file = rezipped(&xlsx_of(&entries), |name, content| {
            if name.ends_with("sharedStrings.xml") { replaced(content, claim) } else { content }
        });
        let refused = read(&file).unwrap_err().to_string();
        assert!(refused.contains("claims to have"), "{refused}");
    }
    let utf16 = rezipped(&xlsx_of(&entries), |name, content| {
        if !name.ends_with("sharedStrings.xml") {
            return content;
        }
        let text = String::from_utf8(content).unwrap();
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    });
    assert!(read(&utf16).unwrap_err().to_string().contains("not plain UTF-8"));
    let mut bomb = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    bomb.start_file("xl/bomb.xml", zip::write::SimpleFileOptions::default()).unwrap();
    for _ in 0..300 {
        std::io::Write::write_all(&mut bomb, &vec![b' '; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20);
    assert!(read(&bomb).unwrap_err().to_string().contains("unpacks to more than"));
}

/// What a workbook keeps once, and the reader for every cell or cell format.
#[test]
fn a_workbook_that_unfolds_without_end_is_refused() {
    let entries = [RosterEntry { grid: "a".into(), party_group: None, people: vec![] }];
    let refused = |changed: &str, change: &dyn Fn(String) -> String| {
        let file = rezipped(&xlsx_of(&entries), |name, content| match name.ends_with(changed) {
            true => change(String::from_utf8(content).unwrap()).into_bytes(),
            false => content,
        });
        read(&file).unwrap_err().to_string()
    };
    let styles = refused("styles.xml", &|text| {
        let formats = "<xf numFmtId=\"200\"/>".repeat(3_000);
        let long = format!("<numFmts><numFmt numFmtId=\"200\" formatCode=\"{}\"/></numFmts>", "0".repeat(100_000));
        let with_long = text.replacen("<fonts", &format!("{long}<fonts"), 1);
        assert_ne!(text, with_long);
        with_long.replacen("<cellXfs", &format!("<cellXfs>{formats}</cellXfs><cellXfs"), 1)
    });
    assert!(styles.contains("styles are too many"), "{styles}");
    // Sixty long texts, each merged over a thousand rows that have something else.
    let cells = refused("sheet1.xml", &|text| {
        let column = |at: u8| match at {
            0..26 => char::from(b'A' + at).to_string(),
            _ => format!("{}{}", char::from(b'A' + at / 26 - 1), char::from(b'A' + at % 26)),
        };
        let first = format!("<c t=\"str\"><v>{}</v></c>", "x".repeat(3_900)).repeat(60);
        let others: String =
            (2..1_201).map(|row| format!("<row r=\"{row}\"><c r=\"BJ{row}\"><v>1</v></c></row>")).collect();
        let merged: String = (0..60).map(|at| format!("<mergeCell ref=\"{0}1:{0}1200\"/>", column(at))).collect();
        let sheet =
            format!("<sheetData><row r=\"1\">{first}</row>{others}</sheetData><mergeCells>{merged}</mergeCells>");
        let (begin, end) = (text.find("<sheetData").unwrap(), text.find("</sheetData>").unwrap());
        [&text[..begin], &sheet, &text[end + "</sheetData>".len()..]].concat()
    });
    assert!(cells.contains("texts of the sheet have more than 256 MiB"), "{cells}");
    let mut large = xlsx_of(&entries);
    large.splice(0..0, [&b"PK\x03\x04"[..], LARGE_END].concat());
    let refused = read(&large).unwrap_err().to_string();
    assert!(refused.contains("claims to have more than"), "{refused}");
    let wide = read(format!("grid{}\n", ",".repeat(2_000)).as_bytes()).unwrap_err().to_string();
    assert!(wide.contains("2001 columns"), "{wide}");
}

/// The end of an archive of the large kind that claims as many files as there can be.
const LARGE_END: &[u8] = &{
    let mut end = [0xff; 56];
    (end[0], end[1], end[2], end[3]) = (b'P', b'K', 6, 6);
    end
};
