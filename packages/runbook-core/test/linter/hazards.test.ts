import { HAZARDS } from '@dr-drill/runbook-core'
import { describe, expect, test } from 'vitest'

/** Commands of the procedure as written, by the defect that each stands for. */
const AS_WRITTEN: readonly (readonly [defect: string, line: string])[] = [
  ['D12', 'sudo apt install -y awscli build-essential pkg-config libssl-dev postgresql-client'],
  ['D13', "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"],
  ['D14', 'sudo -u stemedb cargo build --release --bin stemedb-api'],
  ['D15', 'sudo useradd -r -s /bin/bash -d /var/lib/stemedb -m stemedb'],
  ['D20', 'aws s3 ls s3://stemedb-backups-prod/ | grep stemedb-backup | tail -n1'],
  ['D21', 'aws s3 ls s3://stemedb-backups-prod/ | grep stemedb-backup | tail -n1'],
  ['D24', 'sudo -u stemedb aws s3 sync s3://stemedb-backups-prod/a /var/backups/stemedb/a'],
  ['D27', 'ls -lh /var/backups/stemedb/a/'],
  ['D30', 'aws s3 sync s3://stemedb-backups-prod/wal-archive/ /var/lib/stemedb/wal-archive/'],
  ['D32', 'ls -lh /var/lib/stemedb/wal/*.wal | wc -l'],
  ['D33', 'find /var/lib/stemedb/wal-archive -name "*.wal" | wc -l'],
  ['D34', 'aws s3 sync s3://stemedb-backups-prod/a /var/backups/stemedb/a'],
  ['D38', 'rsync -av /var/backups/stemedb/a/wal/ /var/lib/stemedb/wal/'],
  ['D40', 'cp -r /var/lib/stemedb/wal-archive/*.wal /var/lib/stemedb/wal/'],
  ['D41', 'cp -r /var/lib/stemedb/wal-archive/*.wal /var/lib/stemedb/wal/'],
  ['D44', 'du -sh /var/lib/stemedb/{wal,db}'],
  ['D45', 'sudo git clone https://github.com/yourusername/stemedb.git'],
  ['D48', 'sudo tee /etc/default/stemedb <<ENV'],
  ['D49', 'STEMEDB_BIND_ADDR=0.0.0.0:18180'],
  ['D51', 'sudo journalctl -u stemedb-api -f'],
  ['D53', 'sudo chown -R stemedb:stemedb /opt/stemedb'],
  ['D54', 'curl -s http://localhost:18180/v1/health'],
  ['D55', 'echo "Delta: $((ACTUAL_COUNT - EXPECTED_COUNT))"'],
  ['D64', "systemctl list-timers 'stemedb-*'"],
  ['D65', 'echo done | mail -s "StemeDB DR Complete" oncall@yourcompany.com'],
  ['D68', 'if [[ "$BACKUP_TS" < "$TARGET_TIMESTAMP" ]]; then'],
  ['D70', 'stat -c %Y "$wal"'],
  ['D73', 'awk \'{print strftime("%Y-%m-%dT%H:%M:%SZ", $1)}\''],
  ['D80', 'aws s3 sync s3://stemedb-backups-prod/wal-archive/ /var/lib/stemedb/wal/ --delete'],
  ['D85', 'journalctl -u stemedb-api | tail -n100 | grep -i "db\\|database\\|storage"'],
  ['D89', 'aws s3 sync s3://stemedb-backups-prod/a /var/backups/stemedb/a --exact-timestamps'],
  ['D90', 'sudo mv /var/lib/stemedb/wal/segment-00012.wal /tmp/'],
  ['D93', 'sudo chmod -R 755 /var/lib/stemedb/wal'],
  ['D94', 'sudo chown -R stemedb:stemedb /var/lib/stemedb'],
  ['D95', 'dig stemedb.yourdomain.com +short'],
]

const matching = (line: string) =>
  HAZARDS.filter(({ pattern }) => pattern.test(line)).map(({ defect }) => defect)

describe('hazards', () => {
  test.each(AS_WRITTEN)('%s: %s', (defect, line) => {
    expect(matching(line)).toContain(defect)
  })

  test('each is shown by a command of the procedure as written', () => {
    expect(HAZARDS.map(({ defect }) => defect)).toEqual([...new Set(AS_WRITTEN.map(([defect]) => defect))])
  })

  test.each([
    'curl --fail --max-time 5 http://127.0.0.1:18180/v1/health',
    'rsync -a --checksum /srv/a/ /srv/b/',
    'chmod 0640 /srv/notes/a',
    'chmod 750 /srv/notes',
    'cp /srv/a /srv/b',
    'mv /srv/a.wal /srv/quarantine/a.wal',
    'systemctl is-active notes.service',
    'jq -r .timestamp /srv/metadata.json',
    '10.0.0.0:80',
  ])('a sound command has none: %s', (line) => {
    expect(matching(line)).toEqual([])
  })

  test('no pattern takes more than a moment on a hostile line', () => {
    const lines = [
      'find -name .wa ',
      'apt install',
      'curl -',
      '[[ < ]',
      'mv .wal /tm',
      '$((-',
      'chmod 1',
    ].map((piece) => piece.repeat(500).slice(0, 500))
    const steps = lines.flatMap((line) => HAZARDS.map(({ pattern }) => pattern.test(line)))
    expect(steps).toHaveLength(lines.length * HAZARDS.length)
  })
})
