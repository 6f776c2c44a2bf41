import { type AuthoredRunbook, runbook } from '@dr-drill/runbook-core'

const S3 = 's3://stemedb-backups-prod'
const LATEST = `LATEST_BACKUP=$(aws s3 ls ${S3}/ | grep stemedb-backup | tail -n1 | awk '{print $2}' | tr -d '/')`

/** The seed's commands of section 1, as shell texts, by step: what an operator types today. */
const STEPS: readonly (readonly [id: string, title: string, minutes: number, script: readonly string[]])[] = [
  [
    'provision',
    'Provision new server',
    30,
    [
      'sudo apt install -y awscli build-essential pkg-config libssl-dev postgresql-client',
      "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh",
      'sudo useradd -r -s /bin/bash -d /var/lib/stemedb -m stemedb',
      'sudo chown -R stemedb:stemedb /var/lib/stemedb',
    ],
  ],
  [
    'download-backup',
    'Download latest full backup',
    60,
    [
      LATEST,
      `sudo -u stemedb aws s3 sync ${S3}/$LATEST_BACKUP /var/backups/stemedb/$LATEST_BACKUP --region us-east-1`,
      'ls -lh /var/backups/stemedb/$LATEST_BACKUP/',
    ],
  ],
  [
    'download-wal',
    'Download WAL segments',
    15,
    [
      `sudo -u stemedb aws s3 sync ${S3}/wal-archive/ /var/lib/stemedb/wal-archive/ --region us-east-1`,
      'WAL_COUNT=$(find /var/lib/stemedb/wal-archive -name "*.wal" | wc -l)',
    ],
  ],
  [
    'restore',
    'Restore data directories',
    30,
    [
      'sudo -u stemedb rsync -av /var/backups/stemedb/$LATEST_BACKUP/wal/ /var/lib/stemedb/wal/',
      'sudo -u stemedb cp -r /var/lib/stemedb/wal-archive/*.wal /var/lib/stemedb/wal/',
      'du -sh /var/lib/stemedb/wal',
    ],
  ],
  [
    'build-and-start',
    'Build and start',
    30,
    [
      'sudo git clone https://github.com/yourusername/stemedb.git',
      'sudo chown -R stemedb:stemedb /opt/stemedb',
      'sudo -u stemedb cargo build --release --bin stemedb-api',
      'sudo tee /etc/default/stemedb',
      'STEMEDB_BIND_ADDR=0.0.0.0:18180',
      'sudo systemctl start stemedb-api',
      'sudo journalctl -u stemedb-api -f',
    ],
  ],
  [
    'validate',
    'Validate recovery',
    30,
    ['curl http://localhost:18180/v1/health', 'echo "Delta: $((ACTUAL_COUNT - EXPECTED_COUNT))"'],
  ],
  [
    'resume',
    'Resume operations',
    60,
    [
      "systemctl list-timers 'stemedb-*'",
      'mail -s "StemeDB DR Complete" oncall@yourcompany.com',
      'nslookup stemedb.yourdomain.com',
    ],
  ],
]

/** Section 1 of the procedure as written, over the toys: one shell per step, one step after the other. */
export function asWritten(): AuthoredRunbook {
  return runbook({
    id: 'as-written',
    title: 'Full restore as written',
    objectives: { rto: '4h', rpo: '15m' },
    groups: STEPS.map(([id, title, minutes]) => ({ id, title, budget: `${minutes}m` })),
    steps: STEPS.map(([id, title, minutes, script], index) => ({
      id,
      title,
      group: id,
      needs: index === 0 ? [] : [STEPS[index - 1]?.[0] ?? ''],
      timeout: '12h',
      estimate: `${minutes}m`,
      action: {
        kind: 'toy-command',
        with: { argv: ['bash', '-c', script.join('\n').replaceAll('${', '$${')], expectExit: 'any' },
      },
    })),
    gate: 'validate',
    protection: {
      backupInterval: '6h',
      archiveInterval: '15m',
      archiveDuration: '2m',
      rotatesEachCycle: false,
    },
  })
}
