#!/usr/bin/env node
/** The entry of the command line under Node 24; `mycelium.js` finds one where it is not. */
import './main.ts'
