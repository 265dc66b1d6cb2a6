//! `conthoi print` and the verification of slips.

use serde_json::Value;

use super::run;

#[test]
fn labels_and_slips_are_printed_and_slips_verified_with_and_without_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let season = ["simulate", "--from", "2019-06-03", "--to", "2019-06-04", "--seed", "1"];
    assert_eq!(run(folder, &["import"]).code, 0);
    assert_eq!(run(folder, &season).code, 0);
    let dossier = "000.00.00.H51-190603-0001";
    let printed = run(folder, &["print", "slip", dossier, "--out", "slip.pdf"]);
    assert_eq!((printed.code, printed.out.as_str(), printed.err.as_str()), (0, "", ""));
    assert!(std::fs::read(folder.join("slip.pdf")).unwrap().starts_with(b"%PDF-"));
    let zpl = run(folder, &["print", "label", dossier, "--format", "zpl", "--out", "-"]);
    assert!(zpl.out.contains(&format!("^FDMA,{dossier}^FS")), "{}", zpl.out);
    run(folder, &["print", "label", "nonsense", "--out", "-"]).fails_with(3, &["codes/0"]);
    run(folder, &["print", "label", dossier, "--start", "25", "--out", "-"]).fails_with(3, &["1 to 24"]);
    run(folder, &["print", "manifest", "--out", "-"]).fails_with(2, &["--run"]);
    run(folder, &["print", "slip", "000.00.00.H51-190603-9999", "--out", "-"]).fails_with(1, &["no dossier"]);

    let key = run(folder, &["ledger", "public-key"]).out;
    assert_eq!(key.trim().len(), 64);
    let unknown = run(folder, &["ledger", "verify-slip", "0000-0000-0000-0000"]);
    assert_eq!(unknown.code, 3);
    assert!(unknown.out.contains("NOT genuine"), "{}", unknown.out);
    run(folder, &["ledger", "verify-slip"]).fails_with(2, &["<CODE>"]);
    run(folder, &["ledger", "verify-slip", "--qr", "CONTHOI1:AA", "--key", "zz"]).fails_with(2, &["64 digits"]);
}

#[test]
fn a_slip_verifies_offline_and_a_forged_one_does_not() {
    use chrono::DateTime;
    use conthoi::paper::{SignedStatement, Statement, ToldHandoff, public_key};
    let at = DateTime::from_timestamp(1_560_470_400, 0).unwrap();
    let told = ToldHandoff { giver: "TTPVHCC".into(), receiver: "CP01".into(), at };
    let statement = Statement {
        centre: "H51".into(),
        dossier: "000.00.00.H51-190603-0001".into(),
        issued_at: at,
        position: 7,
        entries: [1; 16],
        handoffs: 1,
        printed: [2; 16],
        told: vec![told],
    };
    let signed = SignedStatement::sign(statement, &[9; 32]);
    let key = conthoi::ledger::content::hex(&public_key(&[9; 32]));
    let folder = tempfile::tempdir().unwrap();
    let text = signed.text();
    let ran = run(folder.path(), &["ledger", "verify-slip", "--qr", &text, "--key", &key]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    for part in ["is signed with this key", "000.00.00.H51-190603-0001", "TTPVHCC → CP01", "2019-06-14 00:00 UTC"] {
        assert!(ran.out.contains(part), "{part} is not in {}", ran.out);
    }
    let json: Value = run(folder.path(), &["ledger", "verify-slip", "--json", "--qr", &text, "--key", &key]).json();
    assert_eq!((json["genuine"].as_bool(), json["code"].as_str()), (Some(true), Some(&*signed.code().to_string())));
    let forged = text.replacen("CONTHOI1:A", "CONTHOI1:B", 1);
    let ran = run(folder.path(), &["ledger", "verify-slip", "--qr", &forged, "--key", &key]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(ran.out.contains("NOT genuine"), "{}", ran.out);
    // Nothing was made or opened.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
