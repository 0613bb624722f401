gen.func @laboratory(%base: f64 {gen.name = "base"}) -> f64 {
  %one = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %drift = gen.sample "drift" normal(%zero, %one) : (f64, f64) -> f64
  %logNoise = gen.sample "log_noise" normal(%base, %one) : (f64, f64) -> f64
  %noise = math.exp %logNoise : f64
  %faulty = gen.sample "faulty" bernoulli_logits(%drift) : (f64) -> i1
  %shift = arith.select %faulty, %drift, %zero : f64
  %control = gen.sample "control" normal(%shift, %noise) : (f64, f64) -> f64
  gen.return %shift : f64
}
gen.func @visit(%health: f64 {gen.name = "health"}, %offset: f64 {gen.name = "offset"},
                %weight: f64 {gen.name = "weight"}) {
  %one = arith.constant 1.0 : f64
  %mood = gen.sample "mood" normal(%health, %one) : (f64, f64) -> f64
  %stress = gen.sample "stress" normal(%mood, %one) : (f64, f64) -> f64
  %shown = arith.mulf %health, %weight : f64
  %pressure = arith.addf %shown, %stress : f64
  %systolic = gen.sample "systolic" normal(%pressure, %one) : (f64, f64) -> f64
  %diastolic = gen.sample "diastolic" normal(%pressure, %one) : (f64, f64) -> f64
  %measured = arith.addf %shown, %offset : f64
  %blood = gen.sample "test/blood" normal(%measured, %one) : (f64, f64) -> f64
  %positive = gen.sample "test/positive" bernoulli_logits(%measured) : (f64) -> i1
  gen.return
}
gen.func @clinic(%age: tensor<?xf64> {gen.name = "age"}, %visits: tensor<?xf64> {gen.name = "visits"}) -> f64 {
  %one = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %c0 = arith.constant 0 : index
  %weight = gen.param "weight" init [1.0] : f64
  %patients = tensor.dim %age, %c0 : tensor<?xf64>
  %times = tensor.dim %visits, %c0 : tensor<?xf64>
  %slope = gen.sample "slope" normal(%zero, %one) : (f64, f64) -> f64
  %level = gen.sample "level" normal(%zero, %one) : (f64, f64) -> f64
  %spread = gen.sample "spread" uniform(%zero, %one) : (f64, f64) -> f64
  %season = gen.sample "season" normal(%zero, %one) : (f64, f64) -> f64
  %trend = gen.sample "trend" normal(%season, %one) : (f64, f64) -> f64
  %offset = gen.call "lab" @laboratory(%level) : (f64) -> f64
  gen.map "patient" %i to %patients {
    %ageI = tensor.extract %age[%i] : tensor<?xf64>
    %scaled = arith.mulf %slope, %ageI : f64
    %mean = arith.addf %level, %scaled : f64
    %health = gen.sample "health" normal(%mean, %spread) : (f64, f64) -> f64
    %smokes = gen.sample "smokes" bernoulli_logits(%level) : (f64) -> i1
    %sports = gen.sample "sports" bernoulli_logits(%health) : (f64) -> i1
    gen.map "visit" %t to %times {
      %time = tensor.extract %visits[%t] : tensor<?xf64>
      %later = arith.mulf %time, %trend : f64
      %now = arith.addf %health, %later : f64
      gen.call @visit(%now, %offset, %weight) : (f64, f64, f64) -> ()
      gen.yield
    }
    gen.yield
  }
  %outlook = gen.sample "outlook" normal(%trend, %one) : (f64, f64) -> f64
  %report = gen.sample "report" normal(%outlook, %one) : (f64, f64) -> f64
  gen.return %report : f64
}
