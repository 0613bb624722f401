// Prints the IR of the digits model.
#include "digits_model.h"
#include <iostream>

int main() { std::cout << digitsModel().text(); }
