"""What every trained model goes through: checkpoint, pruning, int8, parity gate, manifest, second making."""
