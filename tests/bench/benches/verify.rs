//! The same rows under criterion, for its statistics and its comparison with the last run: `cargo bench [-- part]`.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20)
        .configure_from_args();
    webhook_bench::each("", |row| {
        let mut group = criterion.benchmark_group(row.title);
        for contender in &row.contenders {
            group.bench_function(contender.name, |bencher| {
                bencher.iter(|| black_box(contender).run());
            });
        }
        group.finish();
    });
    criterion.final_summary();
}
