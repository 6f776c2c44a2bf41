#!/usr/bin/env node
process.stdout.write('dr-drill\n')
