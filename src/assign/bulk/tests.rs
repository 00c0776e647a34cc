//! The promises of `docs/bulk.md`, on the town of `assign::town`.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ADDED, Bulk, BulkError, BulkFormat, Counts, MAX_ROW_BYTES};
use crate::assign::locate::{Query, locate};
use crate::assign::town::town;
use crate::domain::tier::Tier;
use crate::geometry::crs::QueryCrs;

/// Pushes the chunks, and gives what came out before an error too.
fn run(format: BulkFormat, crs: QueryCrs, chunks: &[&[u8]]) -> (Vec<u8>, Counts, Result<(), BulkError>) {
    let mut bulk = Bulk::new(town(), format, crs);
    let mut out = Vec::new();
    let result = chunks.iter().try_for_each(|chunk| {
        // A new buffer for every chunk, as a server has it.
        let mut answered = Vec::new();
        let result = bulk.push(chunk, &mut answered);
        out.extend_from_slice(&answered);
        result
    });
    let result = result.and_then(|()| bulk.finish(&mut out));
    (out, bulk.counts(), result)
}

fn answer(format: BulkFormat, input: &str) -> String {
    let (out, _, result) = run(format, QueryCrs::Wgs84, &[input.as_bytes()]);
    result.unwrap();
    String::from_utf8(out).unwrap()
}

fn refusal(format: BulkFormat, input: &[u8]) -> BulkError {
    let (out, _, result) = run(format, QueryCrs::Wgs84, &[input]);
    assert!(out.is_empty());
    result.unwrap_err()
}

#[test]
fn csv_keeps_every_byte_of_the_other_columns() {
    let input = concat!(
        "\u{feff}id,\"LON\", Lat ,\"note, \"\"x\"\"\"\r\n",
        "1,116.905,30.805,\"two\r\nlines, \"\"q\"\"\"\r\n",
        "2,\"116.915\", 30.815 ,  5\" pipe \r\n",
        "\r\n",
        "3,116.5,30.5,outside\n",
        "4,116.905,30.815,no line end",
    );
    let expected = concat!(
        "\u{feff}id,\"LON\", Lat ,\"note, \"\"x\"\"\",tier1,tier2,tier3,party_group,leader,error\r\n",
        "1,116.905,30.805,\"two\r\nlines, \"\"q\"\"\",v,v1,v1a,西南组,甲,\r\n",
        "2,\"116.915\", 30.815 ,  5\" pipe ,v,v2,v2b,\"东, \"\"第二\"\"组\",丙,\r\n",
        "3,116.5,30.5,outside,,,,,,\n",
        "4,116.905,30.815,no line end,v,v1,v1b,总支,丙,",
    );
    assert_eq!(answer(BulkFormat::Csv, input), expected);
}

#[test]
fn a_bad_csv_row_is_answered_in_its_place() {
    let input = b"lon,lat,x\n1e,30,a\n,30,b\n116.9,91,c\nNaN,30,d\n116.905,30.805\n1,2,3,4\n116.9,30.8,\xff\n116.905,30.805,e\n116.9,30.8,\"f\n";
    let (out, counts, result) = run(BulkFormat::Csv, QueryCrs::Wgs84, &[input]);
    result.unwrap();
    assert_eq!(counts, Counts { rows: 9, errors: 8, outside: 0 });
    let expected = [
        "lon,lat,x,tier1,tier2,tier3,party_group,leader,error",
        "1e,30,a,,,,,,lon `1e` is not a number",
        ",30,b,,,,,,lon is empty",
        "116.9,91,c,,,,,,latitude 91 is not between -90 and 90",
        "NaN,30,d,,,,,,longitude NaN is not between -180 and 180",
        "116.905,30.805,,,,,,,\"the row has 2 columns, the header 3\"",
        "1,2,3,,,,,,\"the row has 4 columns, the header 3\"",
        "116.9,30.8,\u{fffd},,,,,,the row is not UTF-8",
        "116.905,30.805,e,v,v1,v1a,西南组,甲,",
        ",,,,,,,,a quote is opened and not closed",
    ];
    assert_eq!(String::from_utf8_lossy(&out), expected.join("\n"));
}

#[test]
fn a_row_without_end_takes_no_memory() {
    let long = vec![b'7'; MAX_ROW_BYTES];
    let chunks: [&[u8]; 5] = [b"lon,lat\n", &long, &long, b"\n", b"116.905,30.805\n"];
    let (out, counts, _) = run(BulkFormat::Csv, QueryCrs::Wgs84, &chunks);
    assert_eq!(counts, Counts { rows: 2, errors: 1, outside: 0 });
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("\n,,,,,,,the row is longer than 1048576 bytes"), "{text}");
    assert!(text.ends_with("\n116.905,30.805,v,v1,v1a,西南组,甲,\n"), "{text}");
    let (out, _, _) = run(BulkFormat::Ndjson, QueryCrs::Wgs84, &[&long, b"7\n[116.905,30.805]\n"]);
    assert_eq!(String::from_utf8(out).unwrap().lines().count(), 2);
}

#[test]
fn an_unusable_csv_header_says_what_is_needed() {
    assert_eq!(refusal(BulkFormat::Csv, b""), BulkError::Empty);
    assert_eq!(refusal(BulkFormat::Csv, b"\n\r\n"), BulkError::Empty);
    assert_eq!(refusal(BulkFormat::Csv, b"lon,lat,LON\n1,2,3\n"), BulkError::ColumnTwice("lon".into()));
    assert_eq!(refusal(BulkFormat::Csv, b"lon,lat,\xd5\xc5\n"), BulkError::HeaderNotUtf8);
    assert_eq!(refusal(BulkFormat::Csv, b"lon,\"lat\n1,2\n"), BulkError::HeaderUnreadable);
    let message = refusal(BulkFormat::Csv, b"lng;lat\n").to_string();
    assert_eq!(message, "the header has no column `lon`; it names `lng;lat`; separate the columns by commas");
}

#[test]
fn ndjson_members_come_back_in_order() {
    let input = "{ \"z\": 1.50, \"lat\":30.805,\"a\":{\"lon\":[1]}, \"lon\": 116.905 }\r\n\n[116.915,30.805,12]\n{\"lon\":0,\"lat\":0}";
    let expected = concat!(
        "{ \"z\": 1.50, \"lat\":30.805,\"a\":{\"lon\":[1]}, \"lon\": 116.905 ",
        ",\"tier1\":\"v\",\"tier2\":\"v1\",\"tier3\":\"v1a\",\"party_group\":\"西南组\",\"leader\":\"甲\",\"error\":null}\n",
        "{\"tier1\":\"v\",\"tier2\":\"v2\",\"tier3\":\"v2a\",\"party_group\":\"东, \\\"第二\\\"组\",\"leader\":\"丙\",\"error\":null}\n",
        "{\"lon\":0,\"lat\":0,\"tier1\":null,\"tier2\":null,\"tier3\":null,\"party_group\":null,\"leader\":null,\"error\":null}\n",
    );
    assert_eq!(answer(BulkFormat::Ndjson, input), expected);
}

#[test]
fn a_bad_ndjson_line_is_answered_in_its_place() {
    let deep = "[".repeat(100_000);
    let lines = [
        "{\"lon\":\"116.9\",\"lat\":30}",
        "{\"lat\":30}",
        "{}",
        "{\"lon\":1,\"lon\":2,\"lat\":3}",
        "{\"lon\":1",
        "[1]",
        "7",
        "[1e999,0]",
        "nonsense",
        &deep,
    ];
    let out = answer(BulkFormat::Ndjson, &lines.join("\n"));
    let errors: Vec<Value> =
        out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["error"].take()).collect();
    assert_eq!(errors[0], "lon `\"116.9\"` is not a number");
    assert_eq!(errors[1], "the object has no member `lon`");
    assert_eq!(errors[7], "longitude inf is not between -180 and 180");
    assert_eq!(errors.len(), lines.len());
    assert!(errors.iter().all(Value::is_string), "{errors:?}");
    assert!(out.starts_with("{\"lon\":\"116.9\",\"lat\":30,\"tier1\":null,"), "{out}");
}

#[test]
fn a_document_is_answered_by_a_document() {
    let input =
        " { \"points\" : [ [116.905, 30.805], {\"id\": \"]\\\"\", \"lon\":116.915,\"lat\":30.815} ,[0,0],[x] ] } \n";
    let answers: Value = serde_json::from_str(&answer(BulkFormat::Json, input)).unwrap();
    assert_eq!(answers["edition"], "2026-01");
    let rows = answers["answers"].as_array().unwrap();
    let first =
        json!({"tier1": "v", "tier2": "v1", "tier3": "v1a", "party_group": "西南组", "leader": "甲", "error": null});
    assert_eq!(rows[0], first);
    assert_eq!((&rows[1]["id"], &rows[1]["tier3"]), (&json!("]\""), &json!("v2b")));
    assert_eq!((&rows[2]["tier1"], &rows[2]["error"]), (&Value::Null, &Value::Null));
    assert!(rows[3]["error"].as_str().unwrap().starts_with("the point cannot be read: expected value"));
    assert_eq!(rows.len(), 4);
    assert_eq!(answer(BulkFormat::Json, "{\"points\":[]}"), "{\"edition\":\"2026-01\",\"answers\":[]}\n");
}

#[test]
fn what_is_no_document_of_points_is_refused() {
    for bad in ["[]", "{\"crs\":\"gcj02\",\"points\":[]}", "{\"point\":[]}", "{\"points\":{}}", "x"] {
        assert!(matches!(refusal(BulkFormat::Json, bad.as_bytes()), BulkError::NotPoints { .. }), "{bad}");
    }
    assert_eq!(refusal(BulkFormat::Json, b"{\"points\":"), BulkError::Truncated { rows: 0 });
    // Once answers have gone out, the output is closed as a document that holds the error.
    for (bad, rows) in [
        ("{\"points\":[[1,2],", 1),
        ("{\"points\":[[1,2],]}", 1),
        ("{\"points\":[[1,2]],\"a\":1}", 1),
        ("{\"points\":[[1,2],[3,4]]}}", 2),
    ] {
        let (out, _, result) = run(BulkFormat::Json, QueryCrs::Wgs84, &[bad.as_bytes()]);
        let document: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(document["error"], result.unwrap_err().to_string());
        assert_eq!(document["answers"].as_array().unwrap().len(), rows);
    }
}

#[test]
fn the_output_of_one_run_is_an_input_of_the_next() {
    let csv = answer(BulkFormat::Csv, "lat,id,lon\n30.805,1,116.905\n30.8,2,x\n");
    assert_eq!(answer(BulkFormat::Csv, &csv), csv);
    let middle = answer(BulkFormat::Csv, "error,lon,tier1,lat,id\nold,116.905,old,30.805,7\n");
    assert_eq!(middle, "lon,lat,id,tier1,tier2,tier3,party_group,leader,error\n116.905,30.805,7,v,v1,v1a,西南组,甲,\n");
    let ndjson = answer(BulkFormat::Ndjson, "{\"id\":1.0,\"lon\":116.905,\"lat\":30.805}\n[0,0]\n");
    assert!(answer(BulkFormat::Ndjson, &ndjson).starts_with(ndjson.lines().next().unwrap()));
}

#[test]
fn the_coordinate_system_is_the_one_of_the_run() {
    // The town's south-west corner in GCJ-02: there without a shift lies another grid, or none.
    let [lon, lat] = QueryCrs::Gcj02.from_wgs84([116.9051, 30.8051]);
    let input = format!("lon,lat\n{lon},{lat}\n");
    let (out, ..) = run(BulkFormat::Csv, QueryCrs::Gcj02, &[input.as_bytes()]);
    assert!(String::from_utf8(out).unwrap().contains(",v,v1,v1a,"));
}

const FORMATS: [BulkFormat; 3] = [BulkFormat::Csv, BulkFormat::Ndjson, BulkFormat::Json];

/// Input that looks like one of the formats, with everything that makes trouble in it.
fn input() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just("116.905,30.805\n"),
        2 => Just("[116.905,30.805],"),
        2 => Just("{\"lon\":116.9,\"lat\":30.8,\"tier1\":1}\n"),
        1 => Just("{\"points\":["),
        1 => Just("\"a\"\"b\","),
        1 => Just("]}"),
        1 => Just("\r\n"),
        1 => Just("\""),
        1 => Just(","),
        1 => Just("\\"),
        1 => Just("\u{feff}"),
        1 => Just("网"),
        1 => Just("\n"),
    ];
    let start = prop_oneof![Just("lon,lat\n"), Just("{\"points\":["), Just("\u{feff}x,lon,lat\r\n"), Just("")];
    let bytes = prop_oneof![Just(Vec::new()), proptest::collection::vec(any::<u8>(), 0..8)];
    (start, proptest::collection::vec(piece, 0..30), bytes)
        .prop_map(|(start, pieces, bytes)| [start.as_bytes(), pieces.concat().as_bytes(), &bytes].concat())
}

proptest! {
    #[test]
    fn chunks_of_any_length_give_the_same(input in input(), lengths in proptest::collection::vec(1usize..9, 1..9)) {
        for format in FORMATS {
            let mut chunks: Vec<&[u8]> = Vec::new();
            let mut rest = &input[..];
            for length in lengths.iter().cycle() {
                let (chunk, behind) = rest.split_at((*length).min(rest.len()));
                chunks.push(chunk);
                rest = behind;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(run(format, QueryCrs::Wgs84, &[&input]), run(format, QueryCrs::Wgs84, &chunks));
        }
    }

    /// An independent reader finds as many rows in the output as in the input, and the input's own fields in them.
    #[test]
    fn csv_rows_in_are_rows_out(
        rows in proptest::collection::vec(proptest::array::uniform3("[ -~\n\r网]{0,6}"), 0..20), crlf in any::<bool>(),
    ) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        writer.write_record(["lon", "note", "lat"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let input = writer.into_inner().unwrap();
        let (out, counts, result) = run(BulkFormat::Csv, QueryCrs::Wgs84, &[&input]);
        prop_assert_eq!(result, Ok(()));
        prop_assert_eq!(counts.rows as usize, rows.len());
        let mut reader = csv::ReaderBuilder::new().from_reader(&out[..]);
        let answered: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(answered.len(), rows.len());
        for (row, answer) in rows.iter().zip(&answered) {
            prop_assert_eq!(answer.len(), 3 + ADDED.len());
            prop_assert!(row.iter().zip(answer.iter()).all(|(a, b)| a == b));
        }
    }

    #[test]
    fn bulk_and_single_lookups_agree(
        points in proptest::collection::vec((116.89..116.93, 30.79..30.83), 1..20), crs in proptest::sample::select(&QueryCrs::ALL[..]),
    ) {
        let input: String = points.iter().map(|(lon, lat)| format!("[{lon},{lat}]\n")).collect();
        let (out, ..) = run(BulkFormat::Ndjson, crs, &[input.as_bytes()]);
        let town = town();
        for (line, &(lon, lat)) in out.split(|&byte| byte == b'\n').zip(&points) {
            let answer: Value = serde_json::from_slice(line).unwrap();
            let single = locate(&town, &Query { crs, ..Query::at(lon, lat) }).unwrap();
            for tier in Tier::ALL {
                let code = single.owners[tier].map(|id| town.edition.planar.grid(id).code.as_str());
                prop_assert_eq!(answer[ADDED[tier.index()]].as_str(), code);
            }
            let responsible = single.responsible;
            prop_assert_eq!(answer["party_group"].as_str(), responsible.and_then(|entry| entry.party_group.as_deref()));
            prop_assert_eq!(answer["leader"].as_str(), single.answers.map(|answers| answers.person.name.as_str()));
        }
    }
}
