//! What only the embedded store promises: about its file, and other programs that open it.

use std::process::Command;
use std::sync::Arc;

use gridward::store::{Store, StoreError, open};

use super::suite;
use crate::stores::TestStore;

/// A store that is open, and its file.
struct Opened {
    place: TestStore,
    store: Arc<dyn Store>,
}

impl Opened {
    fn path(&self) -> std::path::PathBuf {
        self.place.path()
    }

    fn url(&self) -> &str {
        self.place.url()
    }
}

async fn embedded() -> Opened {
    let place = TestStore::embedded();
    Opened { store: place.open().await, place }
}

/// A server goes on reading, and a second one starts, while an import holds the write lock for long.
#[tokio::test]
async fn a_long_write_keeps_nobody_from_opening_and_reading() {
    let test = embedded().await;
    suite::publish(&*test.store, "a", 2).await;
    let pool = sqlx::SqlitePool::connect(test.url()).await.unwrap();
    let writing = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let start = std::time::Instant::now();
    let other = open(test.url()).await.unwrap();
    let reads = (0..8).map(|_| test.store.editions());
    assert!(futures_util::future::join_all(reads).await.iter().all(Result::is_ok));
    assert_eq!(other.editions().await.unwrap().len(), 1);
    // Whoever waited for the lock would have waited ten seconds, and in vain.
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
    writing.rollback().await.unwrap();
}

/// Whoever opens the file with another program cannot change what was published.
#[tokio::test]
async fn the_file_itself_protects_what_is_published() {
    let test = embedded().await;
    suite::publish(&*test.store, "a", 2).await;
    for statement in [
        "UPDATE grids SET name = 'x'",
        "DELETE FROM grids",
        "INSERT INTO grids (geom, edition, tier, code, name) VALUES (x'00', 1, 3, 'x', 'x')",
        "UPDATE editions SET name = 'x'",
        "PRAGMA foreign_keys = OFF; DELETE FROM editions",
        "UPDATE tier3 SET name = 'x'",
    ] {
        let ran = Command::new("sqlite3").arg(test.path()).arg(statement).output().unwrap();
        assert!(!ran.status.success(), "{statement}");
    }
    assert_eq!(test.store.grids(test.store.edition("a").await.unwrap().id).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_no_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    std::fs::write(folder.path().join("text"), "网格".repeat(100)).unwrap();
    std::fs::write(folder.path().join("short"), "SQLite format 3\0").unwrap();
    let other = folder.path().join("other.db");
    let made = Command::new("sqlite3").arg(other).arg("PRAGMA application_id=7; CREATE TABLE t(x)").status();
    made.expect("sqlite3 is installed: run `make test` once");
    // Without an application id, as most are; and a GeoPackage that GDAL made.
    let unnamed = Command::new("sqlite3").arg(folder.path().join("unnamed.db")).arg("CREATE TABLE t(x)").status();
    assert!(unnamed.unwrap().success());
    std::fs::write(folder.path().join("point.csv"), "x,y\n1,2\n").unwrap();
    let made =
        Command::new("ogr2ogr").arg(folder.path().join("other.gpkg")).arg(folder.path().join("point.csv")).status();
    assert!(made.expect("gdal-bin is installed: run `make test` once").success());
    for (name, why) in [
        ("text", "another kind"),
        ("short", "another kind"),
        ("other.db", "database of another program"),
        ("unnamed.db", "database of another program"),
        ("other.gpkg", "GeoPackage of another program"),
    ] {
        let before = std::fs::read(folder.path().join(name)).unwrap();
        let error = open(&at(name)).await.unwrap_err();
        assert!(matches!(&error, StoreError::NotAStore(_, text) if text.contains(why)), "{name}: {error}");
        assert!(std::fs::read(folder.path().join(name)).unwrap() == before, "{name} is as it was");
    }
    let error = open(&at("no/such/folder/town.gpkg")).await.unwrap_err();
    assert!(matches!(error, StoreError::NotAStore(..)));
    let error = open("mysql://user:secret@host/db").await.unwrap_err().to_string();
    assert!(error.contains("mysql") && !error.contains("secret"), "{error}");
}

#[tokio::test]
async fn a_damaged_or_newer_store_is_refused() {
    let test = embedded().await;
    suite::publish(&*test.store, "a", 200).await;
    test.store.close().await;
    let whole = std::fs::read(test.path()).unwrap();

    let newer = test.path().with_file_name("newer.gpkg");
    std::fs::write(&newer, &whole).unwrap();
    let statement = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                     VALUES (9999, 'later', 1, x'00', 0)";
    assert!(Command::new("sqlite3").arg(&newer).arg(statement).status().unwrap().success());
    let error = open(&format!("sqlite:{}", newer.display())).await.unwrap_err().to_string();
    assert!(error.contains("newer version"), "{error}");

    // Cut off: a plain word, also from a store whose first pages are whole.
    let cut = test.path().with_file_name("cut.gpkg");
    std::fs::write(&cut, &whole[..whole.len() - 5000]).unwrap();
    let error = open(&format!("sqlite:{}", cut.display())).await.unwrap_err();
    assert!(matches!(&error, StoreError::Damaged(why) if why.contains("is cut off")), "{error}");

    // Cut off or overwritten anywhere: an error when it is opened or read, never a panic.
    for cut in [1, whole.len() / 2, whole.len() - 5000] {
        let path = test.path().with_file_name(format!("cut{cut}.gpkg"));
        let mut damaged = whole.clone();
        damaged.truncate(cut.max(100));
        damaged[99..].iter_mut().step_by(7).for_each(|byte| *byte ^= 0x5a);
        std::fs::write(&path, damaged).unwrap();
        if let Ok(store) = open(&format!("sqlite:{}", path.display())).await {
            let editions = store.editions().await;
            let grids = store.grids(gridward::domain::edition::EditionId(1)).await;
            assert!(editions.is_err() || grids.is_err(), "cut at {cut}");
        }
    }
}

#[tokio::test]
async fn the_bundled_sqlite_has_the_flags_of_the_cargo_configuration() {
    let test = embedded().await;
    let pool = sqlx::SqlitePool::connect(test.url()).await.unwrap();
    let options: Vec<(String,)> = sqlx::query_as("PRAGMA compile_options").fetch_all(&pool).await.unwrap();
    let has = |name: &str| options.iter().any(|(option,)| option == name);
    assert!(has("DEFAULT_MEMSTATUS=0") && !has("ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
}

/// The layers as GDAL sees them: `layer: features` by name.
fn ogrinfo(test: &Opened, arguments: &[&str]) -> String {
    let output = Command::new("ogrinfo").arg("-ro").arg(test.path()).args(arguments).output();
    let output = output.expect("gdal-bin is installed: run `make test` once");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn gdal_opens_the_file_and_sees_the_edition_in_force() {
    let test = embedded().await;
    suite::publish(&*test.store, "old", 3).await;
    suite::publish(&*test.store, "new", 5).await;
    suite::replace_roster(&*test.store).await;
    let listed = ogrinfo(&test, &[]);
    for layer in ["tier1", "tier2", "tier3"] {
        assert!(listed.contains(&format!("{layer} (Multi Polygon)")), "{listed}");
    }
    assert!(!listed.contains("grids") && !listed.contains("editions"), "internal tables are no layers: {listed}");
    let tier3 = ogrinfo(&test, &["tier3"]);
    assert!(tier3.contains("Feature Count: 5") && tier3.contains("EPSG\",4326"), "{tier3}");
    assert!(tier3.contains("party_group (String) = 第一党小组") && tier3.contains("leader (String) = 王某"), "{tier3}");
    assert!(!tier3.contains("1380"), "no phone is in a layer: {tier3}");

    // Published ahead, the layers wait; rolled back, they follow.
    let ahead = time::OffsetDateTime::now_utc() + time::Duration::DAY;
    suite::publish_from(&*test.store, "ahead", 7, ahead).await;
    assert!(ogrinfo(&test, &["tier3"]).contains("Feature Count: 5"));
    let old = test.store.edition("old").await.unwrap().id;
    test.store.put_in_force(old, Some(time::OffsetDateTime::now_utc())).await.unwrap();
    assert!(ogrinfo(&test, &["tier3"]).contains("Feature Count: 3"));
    assert!(ogrinfo(&test, &["edition_in_force"]).contains("name (String) = old"));
}

#[tokio::test]
async fn the_file_is_a_valid_geopackage() {
    let test = embedded().await;
    let validate = |when: &str| {
        // GDAL's own validator, from Debian's python3-gdal.
        let output = Command::new("/usr/bin/python3")
            .args(["-m", "osgeo_utils.samples.validate_gpkg", "-k"])
            .arg(test.path())
            .output()
            .expect("python3-gdal is installed: run `make test` once");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{when}: {said}");
    };
    validate("empty");
    suite::publish(&*test.store, "b", 4).await;
    suite::replace_roster(&*test.store).await;
    validate("published");
    suite::grids_come_by_tier_and_code(&*test.store).await;
    validate("published, with a hole and an island");
}
