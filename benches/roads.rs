//! Import, load, matrices and routes on the shared extracts: `cargo bench --bench roads`.
//!
//! Matrices and routes run on one thread, snapping included, so that figures compare with `shared/bench/roads`.

use std::{fs, hint::black_box, ops::ControlFlow, path::PathBuf, sync::Arc};

use conthoi::roads::{Point, Profile, RoadNetwork, RoadRules, Router, import};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

fn shared() -> Option<PathBuf> {
    let repo = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    [
        std::env::var_os("CONTHOI_SHARED").map(PathBuf::from),
        Some(repo.join("../shared")),
        Some(repo.join("../../shared")),
    ]
    .into_iter()
    .flatten()
    .find(|folder| folder.join("data/roads").exists())
}

fn roads(c: &mut Criterion) {
    let Some(shared) = shared() else {
        println!("skipped: no shared data here; set CONTHOI_SHARED to its folder");
        return;
    };
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    let rules = RoadRules::default();
    for name in ["ninhkieu", "andorra", "monaco"] {
        let mut group = c.benchmark_group(name);
        group.sample_size(10);
        let path = shared.join(format!("data/roads/{name}.osm.pbf"));
        let build = || {
            import::from_pbf(name, || fs::File::open(&path), &rules, &mut |_| ControlFlow::Continue(()))
                .expect("sound extract")
        };
        group.bench_function("import", |b| b.iter(build));
        let mut file = Vec::new();
        build().write(&mut file).expect("written to memory");
        println!("{name}: network file of {} bytes", file.len());
        group.bench_function("load", |b| {
            b.iter(|| RoadNetwork::read(file.as_slice()).expect("just written"));
        });
        let network = Arc::new(RoadNetwork::read(file.as_slice()).expect("just written"));
        let points =
            points(&fs::read_to_string(shared.join(format!("bench/roads/{name}.points.csv"))).expect("bench points"));
        group.bench_function("router", |b| {
            b.iter(|| Router::new(Arc::clone(&network), Profile::Car).expect("sound network"));
        });
        for profile in [Profile::Car, Profile::Motorbike] {
            let router = Router::new(Arc::clone(&network), profile).expect("sound network");
            for size in [100, 500, 1000] {
                let id = BenchmarkId::new(format!("matrix/{profile}/one_thread"), size);
                group.bench_function(id, |b| {
                    b.iter(|| one_thread.install(|| router.matrix(black_box(&points[..size]))));
                });
            }
            let id = BenchmarkId::new(format!("matrix/{profile}/all_threads"), 1000);
            group.bench_function(id, |b| b.iter(|| router.matrix(black_box(&points[..1000]))));
            let reachable: Vec<Point> = points.iter().copied().filter(|&p| router.snap_distance_m(p).is_ok()).collect();
            println!("{name} {profile}: {} of {} points reachable", reachable.len(), points.len());
            let mut pairs = reachable.windows(2).cycle();
            group.bench_function(format!("route/{profile}"), |b| {
                b.iter(|| router.route(pairs.next().expect("a cycle")));
            });
        }
        group.finish();
    }
}

fn points(csv: &str) -> Vec<Point> {
    let point = |line: &str| {
        let mut fields = line.split(',').skip(1).map(|field| field.parse::<f64>().expect("a coordinate"));
        let (lon, lat) = (fields.next().expect("longitude"), fields.next().expect("latitude"));
        Point::from_degrees(lat, lon).expect("on Earth")
    };
    csv.lines().skip(1).map(point).collect()
}

criterion_group!(benches, roads);
criterion_main!(benches);
