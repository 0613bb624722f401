gen.func @f(%a: f64) -> f64 { gen.return %a : f32 }
